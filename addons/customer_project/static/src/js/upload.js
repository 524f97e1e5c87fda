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
            "t-on-dragleave": () => this.el.classList.remove("o_customer_over"),
            "t-on-drop.prevent": this.onDrop,
        },
    };

    setup() {
        this.input = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_progress");
        this.button = this.el.querySelector("button[type=submit]");
        this.csrf = this.el.querySelector("input[name=csrf_token]").value;
    }

    onSubmit() {
        return this.send([...this.input.files]);
    }

    onDrop(ev) {
        this.el.classList.remove("o_customer_over");
        const files = [...ev.dataTransfer.files];
        return this.send(this.input.multiple ? files : files.slice(0, 1));
    }

    async send(files) {
        if (!files.length || this.button.disabled) {
            return;
        }
        this.button.disabled = true;
        this.list.replaceChildren();
        let url = "";
        let failed = false;
        for (const file of files) {
            const row = this.addRow(file);
            try {
                url = await this.sendFile(file, row.progress);
                row.state.textContent = this.list.dataset.done;
            } catch (error) {
                failed = true;
                row.state.textContent = error.shown || this.list.dataset.failed;
                row.state.className = "text-danger";
            }
        }
        this.button.disabled = false;
        if (!failed) {
            const next = new URL(window.location.href);
            next.searchParams.set("done", "uploaded");
            window.location.href = this.el.dataset.kind === "file" && url ? `${url}?done=uploaded` : next.href;
        }
    }

    addRow(file) {
        const row = document.createElement("li");
        const name = document.createElement("div");
        const progress = document.createElement("progress");
        const state = document.createElement("div");
        name.textContent = file.name;
        name.className = "text-break";
        progress.max = file.size || 1;
        progress.value = 0;
        progress.setAttribute("aria-label", file.name);
        row.append(name, progress, state);
        this.list.append(row);
        return { progress, state };
    }

    async sendFile(file, progress) {
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
                if (error.shown) {
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
            progress.value = offset;
        }
        const { url } = await this.post(`/my/files/uploads/${key}/finish`, {
            body: new URLSearchParams({ csrf_token: this.csrf }),
        });
        return url;
    }

    async post(url, options) {
        const response = await this.waitFor(fetch(url, { method: "POST", ...options }));
        const answer = await this.waitFor(response.json());
        if (!response.ok) {
            throw Object.assign(new Error(answer.error), { shown: answer.error });
        }
        return answer;
    }
}

registry.category("public.interactions").add("customer_project.upload", CustomerFileUpload);
