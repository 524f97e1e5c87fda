import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const TRIES = 5;

/**
 * Sends files in pieces: with progress, by drag and drop, and going on where a connection broke. Without this script
 * the form sends them whole.
 */
export class CustomerFileUpload extends Interaction {
    static selector = ".o_customer_dropzone";
    dynamicContent = {
        _root: {
            "t-on-submit.prevent": this.onSubmit,
            "t-on-dragover.prevent": () => this.el.classList.add("o_customer_over"),
            "t-on-dragleave": this.onDragLeave,
            "t-on-drop.prevent": this.onDrop,
        },
        _window: { "t-on-beforeunload": this.onBeforeUnload },
        ".o_customer_cancel": { "t-on-click": () => this.abort && this.abort.abort() },
    };

    setup() {
        this.input = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_progress");
        this.button = this.el.querySelector("button[type=submit]");
        this.cancel = this.el.querySelector(".o_customer_cancel");
        this.csrf = this.el.querySelector("input[name=csrf_token]").value;
        this.sent = new WeakSet(); // what a second try after a failure leaves out
    }

    onSubmit() {
        return this.send([...this.input.files]);
    }

    onDragLeave(ev) {
        if (!this.el.contains(ev.relatedTarget)) {
            this.el.classList.remove("o_customer_over");
        }
    }

    onBeforeUnload(ev) {
        if (this.abort) {
            ev.preventDefault(); // the browser asks whether to leave
        }
    }

    onDrop(ev) {
        this.el.classList.remove("o_customer_over");
        const files = [...ev.dataTransfer.files];
        return this.send(this.input.multiple ? files : files.slice(0, 1));
    }

    async send(files) {
        files = files.filter((file) => !this.sent.has(file));
        if (!files.length || this.abort) {
            return;
        }
        this.setBusy(new AbortController());
        this.list.replaceChildren();
        const rows = files.map((file) => this.addRow(file));
        let url = "";
        let failed = 0;
        for (const [index, file] of files.entries()) {
            const row = rows[index];
            try {
                url = await this.sendFile(file, row);
                this.sent.add(file);
                row.state.textContent = this.text("done");
            } catch (error) {
                failed += 1;
                row.state.textContent = this.abort.signal.aborted
                    ? this.text("cancelled")
                    : error.shown || this.text("failed");
                row.state.className = "text-danger";
            }
        }
        this.setBusy(null);
        if (!failed) {
            window.location.href = this.nextPage(url);
        } else if (failed < files.length) {
            this.addLink(this.nextPage(url));
        }
    }

    text(name) {
        return this.el.querySelector(`[data-text=${name}]`).textContent;
    }

    setBusy(abort) {
        this.abort = abort;
        this.button.disabled = Boolean(abort);
        this.cancel.classList.toggle("d-none", !abort);
    }

    nextPage(url) {
        const next = new URL(window.location.href);
        next.searchParams.set("done", "uploaded");
        return this.el.dataset.kind === "file" && url ? `${url}?done=uploaded` : next.href;
    }

    /** What was sent is not on the page yet. */
    addLink(url) {
        const row = document.createElement("li");
        const link = document.createElement("a");
        link.href = url;
        link.textContent = this.text("reload");
        row.append(link);
        this.list.append(row);
    }

    addRow(file) {
        const row = document.createElement("li");
        const name = document.createElement("div");
        const progress = document.createElement("progress");
        const percent = document.createElement("span");
        const state = document.createElement("div");
        name.textContent = `${file.name} `;
        name.className = "text-break";
        percent.setAttribute("aria-hidden", "true"); // the bar says it
        percent.className = "text-muted";
        name.append(percent);
        progress.max = file.size || 1;
        progress.value = 0;
        progress.setAttribute("aria-label", file.name);
        row.append(name, progress, state);
        this.list.append(row);
        return { progress, percent, state };
    }

    async sendFile(file, row) {
        const { key, piece } = await this.post("/my/files/uploads", {
            body: new URLSearchParams({
                csrf_token: this.csrf,
                kind: this.el.dataset.kind,
                target: this.el.dataset.target,
                name: file.name,
                size: file.size,
            }),
        });
        let offset = 0;
        let tries = 0;
        while (offset < file.size) {
            const query = new URLSearchParams({ csrf_token: this.csrf, offset });
            try {
                const answer = await this.post(`/my/files/uploads/${key}/piece?${query}`, {
                    body: file.slice(offset, offset + piece),
                    headers: { "Content-Type": "application/octet-stream" },
                });
                tries = answer.received > offset ? 0 : tries + 1;
                offset = answer.received;
            } catch (error) {
                if (error.shown || this.abort.signal.aborted) {
                    this.giveUp(key);
                    throw error;
                }
                tries += 1;
            }
            if (tries >= TRIES) {
                throw new Error("no progress");
            }
            if (tries) {
                await this.waitFor(new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries)));
            }
            row.progress.value = offset;
            row.percent.textContent = `${Math.floor((100 * offset) / file.size)} %`;
        }
        const { url } = await this.post(`/my/files/uploads/${key}/finish`, {
            body: new URLSearchParams({ csrf_token: this.csrf }),
        });
        return url;
    }

    /** Free the room that the rest of an upload holds. */
    giveUp(key) {
        const body = new URLSearchParams({ csrf_token: this.csrf });
        fetch(`/my/files/uploads/${key}/cancel`, { method: "POST", body, keepalive: true }).catch(() => {});
    }

    async post(url, options) {
        const signal = this.abort.signal;
        const response = await this.waitFor(fetch(url, { method: "POST", signal, ...options }));
        const answer = await this.waitFor(response.json());
        if (!response.ok) {
            throw Object.assign(new Error(answer.error), { shown: answer.error });
        }
        return answer;
    }
}

registry.category("public.interactions").add("customer_project.upload", CustomerFileUpload);
