import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const DELAY = 400;
const SHORTEST = 3;

/** Published pages that may answer a question, while its subject is typed. */
export class TicketSuggestions extends Interaction {
    static selector = ".o_customer_suggestions";

    setup() {
        this.box = this.el.querySelector(".alert");
        this.list = this.el.querySelector("ul");
        this.hint = this.el.querySelector(".o_customer_suggestion_hint").textContent;
        this.field = this.el.closest("form").querySelector("[name='name']");
        this.asked = "";
    }

    start() {
        this.addListener(this.field, "input", this.debounced(this.suggest, DELAY));
        // a form that came back with an error has its subject already
        this.suggest();
    }

    async suggest() {
        const text = this.field.value.trim();
        if (text === this.asked) {
            return;
        }
        this.asked = text;
        if (text.length < SHORTEST) {
            this.show([]);
            return;
        }
        const found = await this.waitFor(this.fetchSuggestions(text));
        if (text === this.asked) {
            this.show(found);
        }
    }

    /** Nobody needs an error here: without suggestions the form works as well. */
    async fetchSuggestions(text) {
        try {
            const response = await fetch(`${this.el.dataset.url}?${new URLSearchParams({ q: text })}`);
            return response.ok ? (await response.json()).suggestions : [];
        } catch {
            return [];
        }
    }

    show(suggestions) {
        this.list.replaceChildren(...suggestions.map((suggestion) => this.makeItem(suggestion)));
        this.box.classList.toggle("d-none", !suggestions.length);
    }

    makeItem({ title, url, kind }) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = url;
        link.target = "_blank";
        link.rel = "noopener";
        link.className = "alert-link text-break";
        link.textContent = title;
        const hint = document.createElement("span");
        hint.className = "visually-hidden";
        hint.textContent = ` (${this.hint})`;
        link.append(hint);
        item.append(link, ` ${kind}`);
        return item;
    }
}

registry.category("public.interactions").add("customer_helpdesk_website.suggestions", TicketSuggestions);
