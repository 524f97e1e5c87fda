/** Answers on tickets: placeholders of canned answers, and a question when the customer wrote meanwhile. */
import { toRaw } from "@odoo/owl";
import { Composer } from "@mail/core/common/composer";
import { Store } from "@mail/core/common/store_service";
import { UseSuggestion } from "@mail/core/common/suggestion_hook";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const TICKET = "customer.ticket";

/** Return the id of the last stored message that the author of an answer has seen. */
function lastSeen(thread) {
    return Math.max(0, ...thread.messages.map(({ id }) => id).filter(Number.isInteger));
}

patch(Composer.prototype, {
    async sendMessage() {
        const composer = toRaw(this.props.composer);
        const thread = composer.thread;
        if (thread?.model !== TICKET || !thread.id || composer.message || this.props.type === "note") {
            return super.sendMessage();
        }
        const seen = lastSeen(thread);
        const words = await this.env.services.orm.call(TICKET, "customer_words_since", [[thread.id], seen]);
        if (!words.length) {
            return this.sendSeen(thread, seen);
        }
        const last = words.at(-1);
        this.env.services.dialog.add(ConfirmationDialog, {
            title: _t("The customer wrote meanwhile"),
            body: `${last.author}: ${last.text}`,
            confirmLabel: _t("Send my answer all the same"),
            cancelLabel: _t("Go on writing"),
            confirm: () => this.sendSeen(thread, last.id),
            cancel: () => thread.fetchNewMessages(),
        });
    },

    /** Send; the server refuses if still another message has arrived. */
    async sendSeen(thread, seen) {
        thread.customerTicketSeen = seen;
        try {
            await super.sendMessage();
        } finally {
            delete thread.customerTicketSeen;
            this.state.active = true;
        }
    },

    get fullComposerAdditionalContext() {
        const thread = toRaw(this.props.composer).thread;
        const context = super.fullComposerAdditionalContext;
        return thread?.model === TICKET && this.props.type !== "note"
            ? { ...context, default_customer_ticket_seen: lastSeen(thread) }
            : context;
    },
});

patch(Store.prototype, {
    async getMessagePostParams({ thread }) {
        const params = await super.getMessagePostParams(...arguments);
        const seen = toRaw(thread).customerTicketSeen;
        if (thread.model === TICKET && seen !== undefined) {
            params.context = { ...params.context, customer_ticket_seen: seen };
        }
        return params;
    },
});

patch(UseSuggestion.prototype, {
    async insert(option) {
        if (option.cannedResponse && this.thread?.model === TICKET && option.label?.includes("{{")) {
            option = {
                ...option,
                label: await this.comp.env.services.orm.call(
                    TICKET, "fill_placeholders", [[this.thread.id], option.label]),
            };
        }
        return super.insert(option);
    },
});
