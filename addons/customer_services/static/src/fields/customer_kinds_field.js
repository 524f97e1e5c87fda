import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** Open transactions of a customer per kind, as badges (list, board). */
export class CustomerKindBadgesField extends Component {
    static template = "customer_services.CustomerKindBadgesField";
    static props = { ...standardFieldProps };

    get kinds() {
        return this.props.record.data[this.props.name] || [];
    }

    get openKinds() {
        return this.kinds.filter((kind) => kind.value);
    }
}

/** The same as buttons that open the list of a kind (form). */
export class CustomerKindsField extends CustomerKindBadgesField {
    static template = "customer_services.CustomerKindsField";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async open(kind) {
        const action = await this.orm.call(
            "res.partner",
            "action_open_customer_documents",
            [[this.props.record.resId]],
            { context: { ...this.props.record.context, customer_document_model: kind.model } }
        );
        if (action) {
            this.action.doAction(action);
        }
    }
}

registry.category("fields").add("customer_kind_badges", {
    component: CustomerKindBadgesField,
    displayName: _t("Open transactions"),
    supportedTypes: ["json"],
});
registry.category("fields").add("customer_kinds", {
    component: CustomerKindsField,
    displayName: _t("Open transactions (buttons)"),
    supportedTypes: ["json"],
});
