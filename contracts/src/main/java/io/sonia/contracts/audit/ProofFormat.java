package io.sonia.contracts.audit;

/** How a proof is given. */
public enum ProofFormat {
    JSON,
    /** A C2SP tlog-proof as text. */
    TLOG
}
