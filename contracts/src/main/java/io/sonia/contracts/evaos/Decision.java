package io.sonia.contracts.evaos;

/** What a person may say to an approval. */
public enum Decision {
    APPROVED,
    DENIED
}
