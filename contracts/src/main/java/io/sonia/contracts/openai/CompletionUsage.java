package io.sonia.contracts.openai;

/** The tokens of all model calls of an answer. */
public record CompletionUsage(int promptTokens, int completionTokens, int totalTokens) {}
