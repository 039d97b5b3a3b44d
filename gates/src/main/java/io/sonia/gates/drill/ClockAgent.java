package io.sonia.gates.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.time.Instant;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Sets the wall clock of a service's process wrong: as a Java agent it has the product's own clock read {@link
 * SteppedTime}, and nothing else.
 */
public final class ClockAgent {

    /** The class behind {@code Clock.system()}. */
    private static final String SYSTEM_CLOCK = "io/sonia/kernel/Clock$1";

    private ClockAgent() {}

    /** Called by the JVM before the program; {@code file} holds the milliseconds by which the clock is wrong. */
    public static void premain(String file, Instrumentation instrumentation) {
        SteppedTime.follow(Path.of(file));
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    ClassLoader loader,
                    String name,
                    @Nullable Class<?> redefined,
                    ProtectionDomain domain,
                    byte[] bytes) {
                return SYSTEM_CLOCK.equals(name) ? stepped(bytes) : null;
            }
        });
    }

    private static byte[] stepped(byte[] bytes) {
        ClassDesc instant = Instant.class.describeConstable().orElseThrow();
        ClassDesc time = SteppedTime.class.describeConstable().orElseThrow();
        CodeTransform swap = (builder, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.opcode() == Opcode.INVOKESTATIC
                    && call.owner().asSymbol().equals(instant)
                    && call.name().equalsString("now")) {
                builder.invokestatic(time, "now", MethodTypeDesc.of(instant));
            } else {
                builder.with(element);
            }
        };
        ClassFile file = ClassFile.of();
        return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies(swap));
    }

    /** Writes the agent as a jar of its own. */
    static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", ClockAgent.class.getName());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (String name : new String[] {"ClockAgent", "ClockAgent$1", "SteppedTime"}) {
                String entry = ClockAgent.class.getPackageName().replace('.', '/') + "/" + name + ".class";
                out.putNextEntry(new JarEntry(entry));
                out.write(bytes(entry));
                out.closeEntry();
            }
        }
    }

    private static byte[] bytes(String entry) {
        try (var in = ClockAgent.class.getClassLoader().getResourceAsStream(entry)) {
            if (in == null) {
                throw new IllegalStateException("expected " + entry + " beside this class");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
