package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a new person with a key.
 *
 * @param displayName one that no other person has
 * @param expiresDays the life of each of the person's keys; absent: {@code auth.person_key_days}
 */
public record UserCreate(
        @Text(min = 1, max = 100, pattern = "\\P{Cntrl}+") String displayName,
        @Default("\"observer\"") UserRole role,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Nullable @Range(min = 1, max = 365) Integer expiresDays) {}
