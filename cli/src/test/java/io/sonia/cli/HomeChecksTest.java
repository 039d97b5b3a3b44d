package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeChecksTest {

    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void install() {
        home = new Home(folder.resolve("home"));
        Installation.ensure(home, new Ids(new SecureRandom()));
    }

    @Test
    void freshHomeIsGood() {
        assertThat(new HomeChecks(home).all()).extracting(Finding::grade).containsOnly(Finding.Grade.GOOD);
    }

    @Test
    void keyThatOthersMayReadIsFound() throws IOException {
        Files.setPosixFilePermissions(home.rootKey(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(bad("permissions").text()).contains("root.key");
        assertThat(bad("permissions").cure()).contains("chmod");
    }

    @Test
    void everyProblemOfThePolicyIsFound() throws IOException {
        Files.writeString(home.policies().resolve("risk_policy.json"), "{}");

        assertThat(new HomeChecks(home).all())
                .filteredOn(each -> each.subject().equals("policy"))
                .hasSizeGreaterThan(1)
                .allSatisfy(each -> assertThat(each.text()).contains("risk_policy.json"));
    }

    @Test
    void lostKeyIsFound() throws IOException {
        Files.delete(home.publicKey());

        assertThat(bad("keys").text()).contains("eva-os.pub");
    }

    @Test
    void missingHomeIsNoFault() {
        assertThat(new HomeChecks(new Home(folder.resolve("none"))).all())
                .singleElement()
                .satisfies(each -> assertThat(each.grade()).isEqualTo(Finding.Grade.NOTE));
    }

    private Finding bad(String subject) {
        return new HomeChecks(home)
                .all().stream()
                        .filter(each -> each.grade() == Finding.Grade.BAD
                                && each.subject().equals(subject))
                        .findFirst()
                        .orElseThrow();
    }
}
