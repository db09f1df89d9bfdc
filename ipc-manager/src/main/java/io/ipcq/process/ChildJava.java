// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;

/**
 * The Java that runs a child.
 *
 * @param executable the {@code java} command
 * @param version its feature version, such as 17
 */
record ChildJava(Path executable, int version) {

    private static final int OLDEST = 17;
    private static final String NAME = File.separatorChar == '\\' ? "java.exe" : "java";
    private static final String WHAT_TO_DO =
            "; give a java command, or the directory of a JDK or JRE, of version " + OLDEST + " or newer";

    /** The Java that runs this JVM. */
    static final ChildJava OWN = new ChildJava(
            Path.of(System.getProperty("java.home"), "bin", NAME),
            Runtime.version().feature());

    /**
     * Finds a {@code java} command by its path or its home directory, and follows links.
     *
     * @throws IllegalArgumentException if there is no Java that can run a child
     */
    static ChildJava at(Path commandOrHome) {
        Path executable =
                Files.isDirectory(commandOrHome) ? commandOrHome.resolve("bin").resolve(NAME) : commandOrHome;
        if (!Files.isExecutable(executable) || Files.isDirectory(executable)) {
            throw new IllegalArgumentException(
                    "java must be a command that can be executed: java=" + executable + WHAT_TO_DO);
        }
        int version = version(executable);
        if (version < OLDEST) {
            throw new IllegalArgumentException(
                    "java is too old: java=" + executable + ", version=" + version + WHAT_TO_DO);
        }
        return new ChildJava(executable.toAbsolutePath(), version);
    }

    /** The version, from the file that each home directory contains. */
    private static int version(Path executable) {
        try {
            Path bin = Objects.requireNonNull(executable.toRealPath().getParent());
            Properties release = new Properties();
            try (Reader file = Files.newBufferedReader(bin.resolveSibling("release"))) {
                release.load(file);
            }
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Runtime.Version.parse(version).feature();
        } catch (IOException | IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "the version of java is not known, as there is no readable file 'release' beside its directory bin: java="
                            + executable + WHAT_TO_DO,
                    unknown);
        }
    }

    boolean isOwn() {
        return equals(OWN);
    }
}
