// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Weaves {@link FaultPoints} into the classes of some packages as a JVM loads them; not into those of tests. */
public final class FaultAgent implements ClassFileTransformer {

    /** A property with the name of a file; it says which point, and which {@link FaultKind}. */
    public static final String START = "ipcq.fault.start";

    private final List<String> packages;

    private FaultAgent(List<String> packages) {
        this.packages = packages;
    }

    /**
     * Options for a JVM that has this class on its class path; an agent must be in an archive, which is made in the
     * directory.
     */
    public static List<String> options(Path directory, String... packages) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", FaultAgent.class.getName());
        Path jar = directory.resolve("fault-agent.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out, manifest)) {
            archive.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-javaagent:" + jar + "=" + String.join(",", packages));
    }

    public static void premain(String packages, Instrumentation instrumentation) {
        List<String> prefixes = Stream.of(packages.split(","))
                .map(name -> name.replace('.', '/') + '/')
                .toList();
        instrumentation.addTransformer(new FaultAgent(prefixes));
        armIfAsked();
    }

    /** For an error while a JVM starts: one of those that are told of the file, which so is gone for the next. */
    private static void armIfAsked() {
        String file = System.getProperty(START);
        if (file == null) {
            return;
        }
        try {
            String[] words = Files.readString(Path.of(file)).split(" ");
            if (Files.deleteIfExists(Path.of(file))) {
                FaultPoints.arm(any -> true, Integer.parseInt(words[0]), FaultKind.valueOf(words[1]));
            }
        } catch (NoSuchFileException nothingAsked) {
            // or asked of another one
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (domain == null
                || packages.stream().noneMatch(name::startsWith)
                || domain.getCodeSource().getLocation().getPath().endsWith("/test-classes/")) {
            return null;
        }
        try {
            return FaultWeaver.weave(bytes, packages);
        } catch (Throwable e) {
            // the JVM would go on with the class as it was, and no test would notice
            e.printStackTrace();
            Runtime.getRuntime().halt(2);
            return null;
        }
    }
}
