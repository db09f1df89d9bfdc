// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.IpcException;
import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A durable queue opens with no flags, with the flags, and says which flags if it may not help itself. */
class ModuleAccessIT {

    private static final String FORBIDDEN = "-Dipcq.openModules=false";

    /** Uses a queue; prints one line. */
    static final class User {
        public static void main(String[] args) throws Exception {
            try (DurableQueue<String> queue = DurableQueue.create(String.class)) {
                queue.put("element");
                System.out.println("got " + queue.get());
            } catch (IpcException e) {
                System.out.println("refused " + e.getMessage());
            }
        }
    }

    /** Which Java runs the child. */
    enum Java {
        THIS,
        ANOTHER;

        private List<String> wrapper() throws IOException {
            if (this == THIS) {
                return List.of();
            }
            Optional<Path> other = another();
            assumeTrue(other.isPresent(), "there is no other JDK beside this one");
            return List.of("sh", "-c", "exec '" + other.get() + "' \"$@\"");
        }

        /** One beside this one, of another feature release that ipcq supports. */
        private static Optional<Path> another() throws IOException {
            Path here = Path.of(System.getProperty("java.home")).toRealPath();
            try (Stream<Path> beside = Files.list(Objects.requireNonNull(here.getParent()))) {
                return beside.filter(home -> feature(home) >= 17)
                        .filter(home -> feature(home) != Runtime.version().feature())
                        .map(home -> home.resolve("bin").resolve("java"))
                        .filter(Files::isExecutable)
                        .sorted()
                        .findFirst();
            }
        }

        private static int feature(Path home) {
            try {
                return Files.readAllLines(home.resolve("release")).stream()
                        .filter(line -> line.startsWith("JAVA_VERSION="))
                        .map(line -> line.replaceAll("[^0-9.]", "").split("\\.")[0])
                        .mapToInt(Integer::parseInt)
                        .findFirst()
                        .orElse(0);
            } catch (IOException e) {
                return 0;
            }
        }
    }

    private static String output(Java java, List<String> options) throws IOException {
        try (TestJvm user = TestJvm.startThrough(java.wrapper(), options, User.class)) {
            user.awaitSuccess();
            return user.output();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenWithoutFlags(Java java) throws IOException {
        // a newer JDK warns of whoever uses sun.misc.Unsafe or loads native code; that cannot be helped from inside
        assertThat(output(java, List.of()).lines().filter(line -> !line.startsWith("WARNING: ") && !line.isEmpty()))
                .containsExactly("got element");
    }

    @ParameterizedTest
    @EnumSource
    void shouldPrintTheFlagsWithWhichItOpensSilently(Java java) throws IOException {
        String refusal = output(java, List.of(FORBIDDEN));
        assertThat(refusal).startsWith("refused ").contains("forbids opening them at run time");
        String flags = refusal.substring(refusal.lastIndexOf("Start this JVM with: "))
                .substring("Start this JVM with: ".length())
                .strip();
        List<String> options =
                Stream.concat(Stream.of(FORBIDDEN), Stream.of(flags.split(" "))).toList();
        assertThat(output(java, options)).isEqualTo("got element");
        if (java == Java.THIS) {
            assertThat(flags.split(" ")).containsExactlyElementsOf(DurableQueue.jvmOptions());
        }
    }

    @Test
    void shouldOpenSilentlyWithItsOptions() throws IOException {
        assertThat(output(Java.THIS, DurableQueue.jvmOptions())).isEqualTo("got element");
    }
}
