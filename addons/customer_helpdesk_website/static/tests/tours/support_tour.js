import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_helpdesk_website_support", {
    steps: () => [
        { trigger: "#field_person", run: "edit Tessa Tour" },
        { trigger: "#field_email", run: "edit tour@visitors.example.com" },
        { trigger: "#field_name", run: "edit Tour: the lamp" },
        { trigger: ".o_customer_suggestions a[target=_blank]:contains('About Tour: the lamp')" },
        { trigger: "#field_description", run: "edit It does not burn" },
        { trigger: "button[type=submit]:contains('Send request')", run: "click", expectUnloadPage: true },
        { trigger: "h1:contains('Thank you')" },
    ],
});
