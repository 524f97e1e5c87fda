import { registry } from "@web/core/registry";

// A customer opens a folder, drops two files, and finds them.
registry.category("web_tour.tours").add("customer_project_portal", {
    steps: () => [
        { content: "Open the folder", trigger: ".list-group a:contains('Plans')", run: "click", expectUnloadPage: true },
        {
            content: "Drop two files",
            trigger: ".o_customer_dropzone",
            run() {
                const data = new DataTransfer();
                data.items.add(new File(["first"], "one.txt", { type: "text/plain" }));
                data.items.add(new File(["second"], "two.txt", { type: "text/plain" }));
                this.anchor.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            },
            expectUnloadPage: true,
        },
        { content: "They were sent", trigger: ".alert-success:contains('upload is complete')" },
        { content: "The first is there", trigger: ".o_customer_table a:contains('one.txt')" },
        { content: "So is the second", trigger: ".o_customer_table a:contains('two.txt')" },
    ],
});
