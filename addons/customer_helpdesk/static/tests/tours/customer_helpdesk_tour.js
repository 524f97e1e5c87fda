import { registry } from "@web/core/registry";

// A customer opens a ticket and adds to it, as he would do it in the browser.
registry.category("web_tour.tours").add("customer_helpdesk_portal", {
    url: "/my",
    steps: () => [
        { content: "Go to the tickets", trigger: ".o_customer_cards a[href='/my/tickets']", run: "click", expectUnloadPage: true },
        { content: "Start a new ticket", trigger: "a[href='/my/tickets/new']", run: "click", expectUnloadPage: true },
        { content: "Enter the subject", trigger: "#field_name", run: "edit Tour: the door jams" },
        { content: "Enter the text", trigger: "#field_description", run: "edit Since this morning" },
        { content: "Send it", trigger: ".o_customer_form button[type=submit]", run: "click", expectUnloadPage: true },
        { content: "The ticket is there", trigger: ".alert-success:contains('Your ticket was opened')" },
        { content: "With its text", trigger: ".o_customer_thread:contains('Since this morning')" },
        { content: "Add something", trigger: "#field_body", run: "edit It is the left one" },
        { content: "Send it", trigger: ".o_customer_reply button[type=submit]", run: "click", expectUnloadPage: true },
        { content: "It was sent", trigger: ".alert-success:contains('your message was sent')" },
        { content: "It stands in the conversation", trigger: ".o_customer_thread:contains('It is the left one')" },
    ],
});
