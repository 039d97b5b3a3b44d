package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestDrillTest {

    @TempDir
    Path folder;

    @Test
    void changedStoresAreRefusedOrHaveEveryEntryAsItWas() throws Exception {
        Drilled drill = Drilled.run(folder, "crash", "--rest", "--cases=120").held();

        assertThat(drill.cases(0)).isEqualTo(120);
        assertThat(drill.counts(0))
                .containsKeys("FLIP: refused, AUDIT_CHAIN_BROKEN", "CHANGE_VALUE: refused, AUDIT_CHAIN_BROKEN");
    }

    @Test
    void whatIsMissingIsFoundByTheHeadOutside() throws Exception {
        Drilled drill =
                Drilled.run(folder, "crash", "--rest", "--sweep", "--cases=12").held();

        assertThat(drill.counts(0))
                .containsKeys(
                        "OLD_COPY: refused, AUDIT_CHAIN_BROKEN",
                        "NO_LOG: refused, AUDIT_CHAIN_BROKEN",
                        "CUT_NEWEST: refused, AUDIT_CHAIN_BROKEN",
                        "SWAP_ROWS: refused, AUDIT_CHAIN_BROKEN",
                        "DUPLICATE_ROW: refused, AUDIT_CHAIN_BROKEN",
                        "REMOVE_ROW: refused, AUDIT_CHAIN_BROKEN",
                        "CHANGE_VALUE: refused, AUDIT_CHAIN_BROKEN")
                .doesNotContainKeys("OLD_COPY: verified", "NO_LOG: verified", "CUT_NEWEST: verified");
    }
}
