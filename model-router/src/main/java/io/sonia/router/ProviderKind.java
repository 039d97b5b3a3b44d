package io.sonia.router;

/** The protocol a provider speaks. */
enum ProviderKind {
    /** OpenAI's chat completions and embeddings. */
    OPENAI,
    /** The same, with Ollama's own listing of models. */
    OLLAMA,
    /** Anthropic's Messages API. */
    ANTHROPIC,
    BUILTIN;

    /** True if it may have models that make embeddings. */
    boolean embeds() {
        return this == OPENAI || this == OLLAMA;
    }
}
