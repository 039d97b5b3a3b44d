package io.sonia.contracts.memory;

/**
 * The content is gone: no route, index, history or file of the store has it.
 *
 * @param status always {@code redacted}
 */
public record Redacted(String status, String memoryId, int versionsRedacted, Purged purged) {

    /**
     * What was destroyed.
     *
     * @param store rows whose content was overwritten
     * @param keyword entries taken out of the full-text index
     * @param history turns of the conversation history that were overwritten
     * @param answers kept answers of earlier requests that were emptied
     */
    public record Purged(int store, int keyword, int history, int answers) {}
}
