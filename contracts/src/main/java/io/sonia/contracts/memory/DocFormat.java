package io.sonia.contracts.memory;

/** How a document is written. */
public enum DocFormat {
    /** Plain text or Markdown. */
    TEXT,
    /** HTML in base64. */
    HTML,
    /** PDF in base64. */
    PDF
}
