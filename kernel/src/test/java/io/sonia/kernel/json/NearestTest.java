package io.sonia.kernel.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> KNOWN = List.of("max_running", "max_waiting", "port", "host");

    @Test
    void mistypedNameFindsTheOneThatWasMeant() {
        assertThat(Nearest.to("max_runing", KNOWN)).contains("max_running");
        assertThat(Nearest.to("prot", KNOWN)).contains("port");
        assertThat(Nearest.to("hosts", KNOWN)).contains("host");
        assertThat(Nearest.to("max_running", KNOWN)).contains("max_running");
    }

    @Test
    void strangeNameFindsNothing() {
        assertThat(Nearest.to("colour_of_the_door", KNOWN)).isEmpty();
        assertThat(Nearest.to("x".repeat(100_000), KNOWN)).isEmpty();
        assertThat(Nearest.to("max", List.of())).isEmpty();
    }

    @Test
    void equallyNearNamesAreToldInAlphabeticalOrder() {
        assertThat(Nearest.to("bat", List.of("cat", "bar", "hat"))).contains("bar");
    }
}
