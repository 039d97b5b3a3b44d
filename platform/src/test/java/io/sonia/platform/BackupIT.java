package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupSeal;
import io.sonia.contracts.backup.BackupVerdict;
import io.sonia.contracts.backup.Restore;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home that is backed up while it works, and put back: elsewhere, and over what came after. */
class BackupIT {

    private static final String PASSPHRASE = "correct horse battery";

    @TempDir
    Path folder;

    @Test
    void aConversationComesBackInAnEmptyHomeAndWhatWaitedCanStillBeDecided() throws Exception {
        TestHome first = home("first");
        String backup;
        String approval;
        long verified;
        try (Stack _ = AllInOneIT.start(first)) {
            assertThat(turn(first, "remember that my locker code is 4711").status())
                    .isEqualTo(200);
            approval = parked(first, "write hello to back.txt");
            backup = created(first, Map.of("label", "evening", "seal", seal()));
            Map<String, Object> listed = Api.objects(
                            data(first.gateway().get("/v1/backups")).get("backups"))
                    .getFirst();
            assertThat(listed).containsEntry("backup_id", backup).containsEntry("label", "evening");
            assertThat(listed.get("drilled_at")).as("it was restored for trial").isNotNull();
            assertThat(data(first.gateway().get("/v1/backups/" + backup + "/verify")))
                    .containsEntry("valid", true);
            assertThat(first.gateway().get("/v1/backups/" + backup).text())
                    .doesNotContain(PASSPHRASE)
                    .doesNotContain("4711");
            turn(first, "remember that the lamp is green");
            verified = entries(first);
        }

        Home empty = new Home(folder.resolve("second"));
        new Restore(empty, Clock.system(), step -> {})
                .from(BackupFolder.of(first.home(), backup), terms(empty, PASSPHRASE, null));
        TestHome second = TestHome.of(empty, first);
        try (Stack _ = AllInOneIT.start(second)) {
            assertThat(turn(second, "what is my locker code?").text()).contains("4711");
            assertThat(turn(second, "what colour is the lamp?").text())
                    .as("what came after the backup is not there")
                    .doesNotContain("green");
            assertThat(second.gateway()
                            .post("/v1/confirmations/" + approval + "/approve", Map.of())
                            .status())
                    .isEqualTo(200);
            assertThat(empty.workspace().resolve("back.txt")).hasContent("hello");
            assertThat(first.home().workspace().resolve("back.txt")).doesNotExist();
            Map<String, Object> audit = data(second.gateway().get("/v1/audit/verify?chain=all"));
            assertThat(audit).containsEntry("valid", true);
            assertThat(entries(second)).isPositive().isNotEqualTo(verified);
            assertThat(second.gateway()
                            .get("/v1/audit/entries?chain=eva-os&operation=backup.restored")
                            .text())
                    .contains(backup);
        }
    }

    @Test
    void anOlderStateIsPutBackOnlyIfTheLossIsAccepted() throws Exception {
        TestHome home = home("same");
        String backup;
        long fence;
        try (Stack _ = AllInOneIT.start(home)) {
            turn(home, "remember that the door is blue");
            backup = created(home, Map.of());
            turn(home, "remember that the roof is vermilion");
            parked(home, "write late to late.txt");
            fence = fence(home);
            signed(home);
        }
        BackupFolder stored = BackupFolder.of(home.home(), backup);
        Restore restore = new Restore(home.home(), Clock.system(), step -> {});
        assertThatThrownBy(() -> restore.from(stored, terms(home.home(), null, null)))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILED);
                    assertThat(e.details()).containsKey("lost");
                });

        restore.from(stored, terms(home.home(), null, "the disk had failed"));

        try (Stack _ = AllInOneIT.start(home)) {
            assertThat(turn(home, "what colour is the door?").text()).contains("blue");
            assertThat(turn(home, "what colour is the roof?").text()).doesNotContain("vermilion");
            parked(home, "write new to new.txt");
            assertThat(fence(home))
                    .as("no fence of the lost life is given again")
                    .isGreaterThan(fence + 1_000_000);
            assertThat(home.gateway()
                            .get("/v1/audit/entries?chain=eva-os&operation=backup.restored")
                            .text())
                    .contains("the disk had failed");
        }
    }

    @Test
    void whatWasThereIsKeptAlsoIfTheRestoreIsBrokenOffAndDoneAgain() throws Exception {
        TestHome home = home("again");
        String backup;
        try (Stack _ = AllInOneIT.start(home)) {
            backup = created(home, Map.of());
            turn(home, "remember that the roof is vermilion");
        }
        Path policy = Files.writeString(home.home().policies().resolve("later.json"), "{}");
        byte[] old = Files.readAllBytes(home.home().database(ServiceName.MEMORY_ENGINE));
        Restore restore = new Restore(home.home(), Clock.system(), step -> {});
        restore.from(BackupFolder.of(home.home(), backup), terms(home.home(), null, "a drill"));
        assertThat(policy).as("what the backup does not know is not in force").doesNotExist();
        Path mark = home.home().restored();
        Files.writeString(mark, Files.readString(mark).replace("\"whole\":true", "\"whole\":false"));

        restore.from(BackupFolder.of(home.home(), backup), terms(home.home(), null, "a drill"));

        try (Stream<Path> replaced = Files.list(home.home().root().resolve("replaced"))) {
            assertThat(replaced).singleElement().satisfies(aside -> {
                assertThat(aside.resolve("memory-engine/sonia.db")).hasBinaryContent(old);
                assertThat(aside.resolve("config/policies/later.json")).exists();
            });
        }
        try (Stack _ = AllInOneIT.start(home)) {
            assertThat(turn(home, "what colour is the roof?").text()).doesNotContain("vermilion");
        }
    }

    @Test
    void theOldestWithoutALabelGoOnceThereAreEnough() throws Exception {
        TestHome home = TestHome.install(folder.resolve("many"), Map.of("backup", Map.of("keep", 1)));
        try (Stack _ = AllInOneIT.start(home)) {
            String first = created(home, Map.of());
            String labelled = created(home, Map.of("label", "before the move"));
            String last = created(home, Map.of());
            assertThat(Api.objects(data(home.gateway().get("/v1/backups")).get("backups")))
                    .extracting("backup_id")
                    .containsExactly(last, labelled);
            assertThat(BackupFolder.of(home.home(), first).path()).doesNotExist();
            assertThat(BackupFolder.of(home.home(), labelled).path()).exists();
        }
    }

    @Test
    void aDamagedBackupIsRefusedWithItsCause() throws Exception {
        TestHome home = home("damaged");
        String backup;
        try (Stack _ = AllInOneIT.start(home)) {
            turn(home, "remember that the door is blue");
            backup = created(home, Map.of("seal", seal()));
        }
        Path sound = BackupFolder.of(home.home(), backup).path();
        List<Path> files;
        try (Stream<Path> all = Files.walk(sound)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        Random random = new Random(20_261_122);
        for (int i = 0; i < 60; i++) {
            Path file = files.get(i % files.size());
            byte[] whole = Files.readAllBytes(file);
            String what = damage(file, whole, i / files.size(), random);
            assertThat(refused(home, new BackupFolder(sound)))
                    .as("%s of %s", what, sound.relativize(file))
                    .isTrue();
            Files.write(file, whole);
        }
        Path smuggled = Files.writeString(sound.resolve("config/more.json"), "{}");
        assertThat(refused(home, new BackupFolder(sound))).as("a file too many").isTrue();
        Files.delete(smuggled);
        Path eva = new BackupFolder(sound).store(ServiceName.EVA_OS);
        Path memory = new BackupFolder(sound).store(ServiceName.MEMORY_ENGINE);
        swap(eva, memory);
        assertThat(refused(home, new BackupFolder(sound))).as("swapped stores").isTrue();
        swap(eva, memory);
        assertThat(refused(home, new BackupFolder(sound))).as("as it was").isFalse();
        Home empty = new Home(folder.resolve("nowhere"));
        assertThatThrownBy(() -> new Restore(empty, Clock.system(), step -> {})
                        .from(new BackupFolder(sound), terms(empty, "another passphrase", null)))
                .isInstanceOf(SoniaException.class);
        assertThat(empty.root()).as("nothing was begun").doesNotExist();
    }

    @Test
    void aRestoreThatWasBrokenOffDoesNotStart() throws Exception {
        TestHome home = home("broken");
        try (Stack _ = AllInOneIT.start(home)) {
            turn(home, "remember that the door is blue");
        }
        Files.writeString(
                home.home().restored(),
                "{\"backup_id\":\"bak_1\",\"restored_at\":\"2026-01-01T00:00:00.000Z\",\"whole\":false}");
        assertThatThrownBy(() -> AllInOneIT.start(home).close())
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILED));
    }

    private static String damage(Path file, byte[] whole, int kind, Random random) throws IOException {
        return switch (kind) {
            case 0 -> {
                byte[] flipped = whole.clone();
                flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, flipped);
                yield "a flipped bit";
            }
            case 1 -> {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(random.nextInt(whole.length));
                }
                yield "a cut";
            }
            default -> {
                Files.delete(file);
                yield "a loss";
            }
        };
    }

    private static void swap(Path one, Path other) throws IOException {
        byte[] first = Files.readAllBytes(one);
        Files.write(one, Files.readAllBytes(other));
        Files.write(other, first);
    }

    private static boolean refused(TestHome home, BackupFolder backup) {
        try {
            BackupVerdict verdict = backup.verify(NotaryKeys.published(home.home()));
            return !verdict.valid() && !Restore.why(verdict).contains("nothing");
        } catch (SoniaException e) {
            return e.code() == ErrorCode.INTEGRITY_FAILED;
        }
    }

    private static Map<String, Object> seal() {
        BackupSeal seal = BackupSeal.of(PASSPHRASE, new Ids(new SecureRandom()));
        return Map.of("salt", seal.salt(), "key", seal.key());
    }

    private static Restore.Terms terms(Home home, String passphrase, String accepted) {
        return new Restore.Terms(List.of(), passphrase, accepted, HeadPlaces.of(home, null, null));
    }

    private TestHome home(String name) throws IOException {
        return TestHome.install(
                folder.resolve(name),
                Map.of("rate_limit", TestHome.noRateLimit(), "approvals", Map.of("ttl_seconds", 600)));
    }

    private static Api.Response turn(TestHome home, String text) throws IOException {
        return home.gateway().post("/v1/turn", Map.of("input_text", text, "conversation_id", "backup"));
    }

    private static String parked(TestHome home, String text) throws IOException {
        Api.Response parked = home.gateway().post("/v1/turn", Map.of("input_text", text, "conversation_id", text));
        assertThat(parked.status()).as(parked.text()).isEqualTo(202);
        return String.valueOf(
                Api.objects(parked.data().get("pending_approvals")).getFirst().get("approval_id"));
    }

    private static long fence(TestHome home) throws IOException {
        List<Long> fences = new ArrayList<>();
        Api.objects(data(evaOs(home).get("/approvals")).get("approvals"))
                .forEach(each -> fences.add((Long) each.get("fence_token")));
        return fences.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    private static Api evaOs(TestHome home) throws IOException {
        return Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
    }

    private static String created(TestHome home, Map<String, ?> body) throws IOException {
        Map<String, Object> made = data(home.gateway().post("/v1/backups", body));
        return String.valueOf(Api.object(made.get("backup")).get("backup_id"));
    }

    private static long entries(TestHome home) throws IOException {
        return (Long) data(home.gateway().get("/v1/audit/entries?limit=1&chain=eva-os"))
                .get("total");
    }

    /** Every chain has its newest head signed. */
    private static void signed(TestHome home) throws IOException {
        for (ServiceName service : ServiceName.values()) {
            data(Api.at(home.port(service), home.operatorToken()).get("/v1/audit/export"));
        }
    }

    private static Map<String, Object> data(Api.Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return response.data();
    }
}
