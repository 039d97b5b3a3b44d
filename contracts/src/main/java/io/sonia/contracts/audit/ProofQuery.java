package io.sonia.contracts.audit;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** In which form to prove an entry, and on the api-gateway in whose chain. */
public record ProofQuery(
        @Query @Default("\"json\"") ProofFormat format,
        @Query @Nullable @Text(min = 1, max = 64) String chain) {}
