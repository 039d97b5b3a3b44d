package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.console.SignInLink;
import io.sonia.kernel.Home;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link that signs a browser in, from the command line. */
class ConsoleCommandIT {

    private static final String URL = "http://127.0.0.1:7080/#sign-in=code";

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private FakeGateway console;

    @BeforeEach
    void start() throws IOException {
        console = new FakeGateway(new Home(folder))
                .on("POST /api/sign-in/links", reply -> reply.data(Samples.plain(new SignInLink(URL, Samples.NOW))));
    }

    @AfterEach
    void stop() {
        console.close();
    }

    private int run(String... words) {
        return Main.run(captured.place(folder, console.environment()), words);
    }

    @Test
    void theLinkIsAllThatAScriptGets() {
        assertThat(run("console")).isZero();
        assertThat(captured.out().strip()).isEqualTo(URL);
        assertThat(captured.err()).contains("works once");
    }

    @Test
    void asJsonItHasItsEnd() {
        assertThat(run("console", "--json")).isZero();
        assertThat(Json.parseObject(captured.out().strip()))
                .containsEntry("url", URL)
                .containsKey("expires_at");
    }
}
