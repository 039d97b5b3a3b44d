package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusalsTest {

    private static final Set<ServiceName> ALL = EnumSet.allOf(ServiceName.class);

    @TempDir
    Path folder;

    private Refusals refusals;

    @BeforeEach
    void begin() throws IOException {
        says("sonia: what was wrong yesterday");
        refusals = new Refusals(Captured.pipes().place(folder, Map.of()));
    }

    private void says(String line) throws IOException {
        Path out = new Home(folder).log(ServiceName.OPENCLAW).resolveSibling("openclaw.out");
        Files.createDirectories(out.getParent());
        Files.writeString(out, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void aMessageOfTheServicesOwnIsARefusal() throws IOException {
        says("OpenJDK 64-Bit Server VM warning: something");
        says("sonia: The configuration was refused: 1 problem\n  nonsense (file): no such section");
        assertThat(refusals.among(ALL)).contains(ServiceName.OPENCLAW);
        assertThat(refusals.reason(ServiceName.OPENCLAW))
                .containsExactly("The configuration was refused: 1 problem", "  nonsense (file): no such section");
        assertThat(refusals.among(EnumSet.of(ServiceName.PIPECAT))).isEmpty();
    }

    @Test
    void whatWasSaidBeforeAndWhatOthersSayIsNone() throws IOException {
        assertThat(refusals.among(ALL)).isEmpty();
        says("Exception in thread \"main\" java.lang.IllegalStateException");
        assertThat(refusals.among(ALL)).isEmpty();
        assertThat(refusals.reason(ServiceName.OPENCLAW)).isEmpty();
    }
}
