/** Who else has the ticket open, and who is answering it. */
import { Component, onWillStart, onWillUnmount, onWillUpdateProps, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const HEARTBEAT = 20000; // milliseconds

export class TicketPresence extends Component {
    static template = "customer_helpdesk.TicketPresence";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.store = useState(useService("mail.store"));
        this.state = useState({ others: [] });
        this.onBus = this.onBus.bind(this);
        this.bus.subscribe("customer.ticket/presence", this.onBus);
        onWillStart(() => this.enter(this.props.record.resId));
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.ticketId) {
                this.leave();
                this.enter(next.record.resId);
            }
        });
        useEffect(() => void this.tell(), () => [this.ticketId, this.isAnswering]);
        this.timer = setInterval(() => this.tell(), HEARTBEAT);
        onWillUnmount(() => {
            clearInterval(this.timer);
            this.leave();
            this.bus.unsubscribe("customer.ticket/presence", this.onBus);
        });
    }

    get isAnswering() {
        const thread = this.ticketId && this.store.Thread.get({ model: "customer.ticket", id: this.ticketId });
        return Boolean(thread?.composer?.composerText?.trim());
    }

    get text() {
        const names = (isAnswering) =>
            this.state.others.filter((other) => other.is_answering === isAnswering).map((other) => other.name);
        const [answering, viewing] = [names(true).join(", "), names(false).join(", ")];
        return [
            answering && _t("%s is answering", answering),
            viewing && _t("%s has this open too", viewing),
        ].filter(Boolean).join(" · ");
    }

    enter(ticketId) {
        this.ticketId = ticketId;
        this.state.others = [];
        if (ticketId) {
            this.bus.addChannel(`customer.ticket_desk_${ticketId}`);
        }
    }

    leave() {
        if (this.ticketId) {
            this.bus.deleteChannel(`customer.ticket_desk_${this.ticketId}`);
            this.call(this.ticketId, "gone");
        }
    }

    async tell() {
        const ticketId = this.ticketId;
        if (!ticketId) {
            return;
        }
        const result = await this.call(ticketId, this.isAnswering ? "answering" : "viewing");
        if (result && ticketId === this.ticketId) {
            this.state.others = result.others;
            const thread = this.store.Thread.get({ model: "customer.ticket", id: ticketId });
            const known = Math.max(0, ...(thread?.messages ?? []).map((message) => message.id));
            if (thread?.isLoaded && result.last_words > known) {
                thread.fetchNewMessages();
            }
        }
    }

    /** Who may only read the ticket, or has lost the connection, takes no part: that is no error for him. */
    async call(ticketId, state) {
        try {
            return await this.orm.silent.call("customer.ticket", "desk_presence", [[ticketId], state]);
        } catch {
            return null;
        }
    }

    onBus({ ticket_id: ticketId, user: other, state }) {
        if (ticketId !== this.ticketId || other.id === user.userId) {
            return;
        }
        const others = this.state.others.filter(({ id }) => id !== other.id);
        if (state !== "gone") {
            others.push({ ...other, is_answering: state === "answering" });
        }
        this.state.others = others;
    }
}

registry.category("view_widgets").add("customer_ticket_presence", { component: TicketPresence });
