package io.sonia.contracts.memory;

/** How memories are searched: by words, by meaning, by both, or by the literal text. */
public enum SearchMode {
    HYBRID,
    KEYWORD,
    VECTOR,
    SUBSTRING
}
