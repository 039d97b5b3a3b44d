package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document to be read into the memory, for everybody.
 *
 * @param content its text, of at most 4,000,000 characters: lines that begin with {@code #} are headings, a form feed ends
 *     a page; of other formats its bytes in base64 (RFC 4648)
 * @param chunkSize characters of one piece, at most
 * @param overlap characters that a piece repeats of the one before it, at most half of a piece
 */
public record DocIngest(
        @Text(min = 1, max = 8_000_000) String content,
        @Text(min = 1, max = 64) String docType,
        @Default("{}") @MaxBytes(16_384) Map<String, @Nullable Object> metadata,
        @Default("800") @Range(min = 200, max = 4_000) int chunkSize,
        @Default("100") @Range(max = 2_000) int overlap,
        @Default("\"text\"") DocFormat format) {}
