import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { useEffect } from "@odoo/owl";

/**
 * The code that a scanner types: scanners end it with Enter, which in Odoo's dialogs does nothing by itself.
 */
export class CustomerRmaScanField extends CharField {
    setup() {
        super.setup();
        const onKeydown = (ev) => {
            if (ev.key === "Enter" && !ev.isComposing) {
                ev.preventDefault();
                ev.target.closest(".modal")?.querySelector("button[name='action_scan']")?.click();
            }
        };
        useEffect(
            (el) => {
                el?.addEventListener("keydown", onKeydown);
                return () => el?.removeEventListener("keydown", onKeydown);
            },
            () => [this.input.el]
        );
    }
}

registry.category("fields").add("customer_rma_scan", { ...charField, component: CustomerRmaScanField });
