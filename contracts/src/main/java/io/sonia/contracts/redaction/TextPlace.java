package io.sonia.contracts.redaction;

/**
 * A column in which a service keeps what people and models say.
 *
 * @param key the column, or the expression in round brackets, that names a row; no two rows share it
 * @param ended which rows nobody works with any more, as a condition
 * @param json true if the column holds JSON
 */
public record TextPlace(String table, String key, String column, String ended, boolean json) {

    /** A column of JSON. */
    public static TextPlace json(String table, String key, String column, String ended) {
        return new TextPlace(table, key, column, ended, true);
    }

    /** A column of plain text. */
    public static TextPlace text(String table, String key, String column, String ended) {
        return new TextPlace(table, key, column, ended, false);
    }
}
