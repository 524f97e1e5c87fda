import { registry } from "@web/core/registry";

/** Accepts the offer of the page by payment: first the offer, then the demo provider. */
registry.category("web_tour.tours").add("customer_sale_pay", {
    steps: () => [
        { trigger: "#o_sale_portal_paynow, #o_customer_pay_rest, a[data-bs-target='#pay_with']", run: "click" },
        { trigger: "input[name='o_payment_radio']", run: "click" },
        { trigger: "input[name='customer_input'], #customer_input", run: "edit 4242424242424242" },
        { trigger: "button[name='o_payment_submit_button']:not([disabled])", run: "click", expectUnloadPage: true },
        { trigger: ".o_payment_demo_done_marker, #customer_sale_state, .o_account_payment_tx_status, [name='invoice_paid_badge']" },
    ],
});

/** Accepts the offer of the page by click. */
registry.category("web_tour.tours").add("customer_sale_accept", {
    steps: () => [
        { trigger: "#o_customer_accept", run: "click" },
        { trigger: ".modal.show button[name='o_customer_accept']", run: "click", expectUnloadPage: true },
        { trigger: "[role='status']:contains('your order is placed')" },
    ],
});

/** Rejects the offer of the page with the first reason of the list. */
registry.category("web_tour.tours").add("customer_sale_reject", {
    steps: () => [
        { trigger: "#o_customer_reject", run: "click" },
        { trigger: ".modal.show input[name='reason_id']", run: "click" },
        { trigger: ".modal.show textarea[name='comment']", run: "edit Too dear" },
        { trigger: ".modal.show button.btn-danger", run: "click", expectUnloadPage: true },
        { trigger: "[role='status']:contains('You rejected this offer')" },
    ],
});

/** Chooses two invoices in the list and pays them at once. */
registry.category("web_tour.tours").add("customer_sale_invoices", {
    steps: () => [
        { trigger: "tr:nth-child(1) input[name='ids']", run: "click" },
        { trigger: "tr:nth-child(2) input[name='ids']", run: "click" },
        { trigger: "#pay_invoices button[type='submit']", run: "click", expectUnloadPage: true },
        { trigger: "input[name='o_payment_radio']", run: "click" },
        { trigger: "input[name='customer_input'], #customer_input", run: "edit 4242424242424242" },
        { trigger: "button[name='o_payment_submit_button']:not([disabled])", run: "click", expectUnloadPage: true },
        { trigger: ".o_customer_table" },
    ],
});

/** Accepts the offer of the page by signature. */
registry.category("web_tour.tours").add("customer_sale_sign", {
    steps: () => [
        { trigger: "a[data-bs-target='#modalaccept']", run: "click" },
        { trigger: ".modal.show .o_web_sign_name_and_signature input", run: "edit Anna Keller" },
        { trigger: ".modal.show canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        { trigger: ".modal.show .o_portal_sign_submit:enabled", run: "click", expectUnloadPage: true },
        { trigger: "#customer_sale_state .text-bg-info, #customer_sale_state .text-bg-success" },
    ],
});
