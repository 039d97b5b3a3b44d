package io.sonia.contracts.incident;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checks a bundle with the verifier that an outsider has, as a process of its own: there is one check, and who packed a
 * hostile archive meets a program that holds no key and no store.
 *
 * @param distribution the folder with the verifier's jar
 */
public record BundleCheck(Path distribution, Clock clock) {

    private static final String JAR = "sonia-verifier.jar";
    private static final List<String> JVM =
            List.of("-Xlog:disable", "-XX:-UsePerfData", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final int MAX_REPORT_BYTES = 1 << 20;

    /**
     * What the verifier found.
     *
     * @param report as docs/audit-format.md lists it
     */
    public record Verdict(boolean verified, Map<String, @Nullable Object> report) {}

    /**
     * Checks one bundle.
     *
     * @param keys files with the public keys to trust
     * @param unattested whether audit entries after the last checkpoint are taken
     * @param time after which the check is given up
     * @throws SoniaException UNAVAILABLE if there is no verifier or it cannot run, TIMEOUT if it takes too long
     */
    public Verdict of(Path bundle, List<Path> keys, boolean unattested, Duration time) {
        Path jar = distribution.resolve(JAR);
        if (!Files.isReadable(jar)) {
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "There is no " + JAR + " beside this program");
        }
        try {
            Path report = Files.createTempFile("sonia-verifier", ".json");
            try {
                return verdict(run(argv(jar, bundle, keys, unattested), report, time), report);
            } finally {
                Files.delete(report);
            }
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.UNAVAILABLE, e);
        }
    }

    private static List<String> argv(Path jar, Path bundle, List<Path> keys, boolean unattested) {
        List<String> argv = new ArrayList<>();
        argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        argv.addAll(JVM);
        argv.addAll(List.of(
                "-jar", jar.toString(), "bundle", bundle.toAbsolutePath().toString(), "--json"));
        for (Path key : keys) {
            argv.add("--key");
            argv.add(key.toAbsolutePath().toString());
        }
        if (unattested) {
            argv.add("--allow-unattested");
        }
        return argv;
    }

    private int run(List<String> argv, Path report, Duration time) throws IOException {
        Processes processes = new Processes(clock);
        Child child = processes.spawn(new Command(argv, Map.of(), distribution, report));
        try {
            return child.exit().get(time.toMillis(), TimeUnit.MILLISECONDS).code();
        } catch (TimeoutException e) {
            throw SoniaException.of(ErrorCode.TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.TIMEOUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an exit has no failure", e);
        } finally {
            processes.end(child, Duration.ZERO);
        }
    }

    private static Verdict verdict(int exitCode, Path report) throws IOException {
        if (Files.size(report) > MAX_REPORT_BYTES) {
            return new Verdict(false, Map.of("message", "the report is too long"));
        }
        try {
            return new Verdict(
                    exitCode == 0, Json.parseObject(Files.readString(report).strip()));
        } catch (SoniaException noReport) {
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The verifier ended with " + exitCode + " and no report");
        }
    }
}
