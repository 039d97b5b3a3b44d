package io.sonia.router;

/** The protocol a provider speaks. */
enum ProviderKind {
    /** OpenAI's chat completions. */
    OPENAI,
    /** The same, with Ollama's own listing of models. */
    OLLAMA,
    /** Anthropic's Messages API. */
    ANTHROPIC,
    BUILTIN
}
