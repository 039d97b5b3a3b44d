package io.sonia.contracts;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.NotaryKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Makes a SONIA_HOME: settings, policy, keys and a workspace with something to read. What is there already is never
 * touched; a part is written aside and renamed, so that an interrupted installation can simply run again.
 */
public final class Installation {

    private static final List<String> SAMPLES = List.of("docs/welcome.md", "docs/approvals.md");

    private static final int AUDIT_KEY_BYTES = 32;

    private Installation() {}

    /**
     * Makes what is missing.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE naming the place that cannot be written, and the cure
     */
    public static void ensure(Home home, Ids ids) {
        try {
            folders(home);
            keys(home, ids);
            part(home.policies(), "policy/", PolicySet.FILES);
            part(home.workspace(), "workspace/", SAMPLES);
            config(home);
        } catch (FileSystemException e) {
            String place = e.getFile() == null ? home.root().toString() : e.getFile();
            throw SoniaException.of(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "Cannot write " + place + " (" + e.getClass().getSimpleName()
                            + "): set SONIA_HOME to a folder that you may write");
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    private static void folders(Home home) throws IOException {
        Files.createDirectories(home.root());
        Files.createDirectories(home.configFile().getParent());
        List<Path> ownerOnly = List.of(
                home.data(),
                home.log(ServiceName.EVA_OS).getParent(),
                home.pidFile(ServiceName.EVA_OS).getParent(),
                home.auditHeads(),
                home.operatorToken().getParent(),
                home.providerKey("any").getParent());
        for (Path folder : ownerOnly) {
            SecretFile.createFolder(folder);
        }
    }

    /** A home with a database but no root key is damaged, not fresh: EVA-OS refuses it, and nothing is made here. */
    private static void keys(Home home, Ids ids) throws IOException {
        if (!Files.exists(home.rootKey()) && !Files.exists(home.database(ServiceName.EVA_OS))) {
            KeyMaterial.create(home, ids);
        } else if (Files.exists(home.rootKey())) {
            NotaryKeys.ensure(home, ids);
        }
        if (Files.exists(home.rootKey()) && !Files.exists(home.auditKey())) {
            SecretFile.write(home.auditKey(), (ids.hex(AUDIT_KEY_BYTES) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void part(Path folder, String resources, List<String> names) throws IOException {
        if (Files.exists(folder)) {
            return;
        }
        Path aside = folder.resolveSibling(folder.getFileName() + ".new");
        for (String name : names) {
            write(aside.resolve(name), resources + name);
        }
        Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void config(Home home) throws IOException {
        if (!Files.exists(home.configFile())) {
            Path aside = home.configFile().resolveSibling("sonia-config.new");
            write(aside, "sonia-config.json");
            Files.move(aside, home.configFile(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void write(Path file, String resource) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream content = Installation.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException("the build lacks " + resource);
            }
            Files.write(file, content.readAllBytes());
        }
    }
}
