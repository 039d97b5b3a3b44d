package io.sonia.router;

import org.jspecify.annotations.Nullable;

/** {@code provider} or {@code provider/model}; a model's own name may hold further slashes. */
record BackendName(String provider, @Nullable String model) {

    static BackendName of(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new BackendName(text, null)
                : new BackendName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return model == null ? provider : provider + "/" + model;
    }
}
