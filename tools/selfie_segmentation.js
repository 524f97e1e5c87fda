// Stands in for the MediaPipe library of the same name, which Debian's package of Odoo leaves out: in video calls the
// background stays as it is. Interface as mail's blur_manager.js uses it.
window.SelfieSegmentation = class {
    onResults(callback) {
        this.callback = callback;
    }
    setOptions() {}
    reset() {}
    async send({ image }) {
        await this.callback({ image, segmentationMask: image });
    }
};
