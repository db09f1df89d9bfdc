// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.manager.Manager;
import io.ipcq.pool.ProcessPool;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that a container or a build tool gives to every JVM, in the environment. */
class EnvironmentOptionsIT {

    @TempDir
    Path directory;

    /** Everything that this library starts, in one program. */
    static final class Everything {
        public static void main(String[] arguments) throws Exception {
            ChildProcess child = new ChildProcess(EnvironmentOptionsIT::say, "child");
            child.start();
            child.join();
            ChildProcess small = ChildProcess.builder(EnvironmentOptionsIT::say, "small")
                    .heap("32m")
                    .start();
            small.join();
            ChildProcess own = ChildProcess.builder(EnvironmentOptionsIT::say, "own collector")
                    .jvmOptions("-XX:+UseParallelGC")
                    .start();
            own.join();
            try (ProcessPool pool =
                    ProcessPool.builder().workers(1).maxWorkerHeap("32m").create()) {
                System.out.println("pool " + pool.map(EnvironmentOptionsIT::square, List.of(1, 2, 3)));
            }
            try (Manager manager = Manager.start()) {
                System.out.println("manager " + manager.ping().isPresent());
            }
            try (var waiting = new Closing(ChildProcess.builder(EnvironmentOptionsIT::say, "standby")
                    .startMethod(StartMethod.STANDBY)
                    .prepare()
                    .start())) {
                waiting.child.join();
            }
        }
    }

    private record Closing(ChildProcess child) implements AutoCloseable {
        @Override
        public void close() {
            child.close();
        }
    }

    static void say(String what) {
        System.out.println(what + " runs");
    }

    static int square(int n) {
        return n * n;
    }

    /** In an option: a port, chosen when a program is started with it. */
    private static final String PORT = "{port}";

    /** In an option: the file of arguments. */
    private static final String ARGUMENTS = "{arguments}";

    private static final String DEBUGGED = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=" + PORT;

    /** Of heaps, collectors and management, which all JDKs take alike. */
    static Stream<Map<String, String>> others() {
        return Stream.of(
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC"),
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC", "JDK_JAVA_OPTIONS", "-Dspaced='a b'  -Xms48m"),
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseParallelGC -Xms256m -Xmx512m"),
                Map.of("_JAVA_OPTIONS", "-Xms128m -Xmx400m"),
                Map.of("JDK_JAVA_OPTIONS", "-Xms200m -XX:InitialHeapSize=200m -XX:+UseG1GC"),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Dcom.sun.management.jmxremote.port=" + PORT
                                + " -Dcom.sun.management.jmxremote.authenticate=false"
                                + " -Dcom.sun.management.jmxremote.ssl=false"));
    }

    static Stream<Map<String, String>> environments() {
        return Stream.of(
                Map.of(),
                Map.of("JDK_JAVA_OPTIONS", "@" + ARGUMENTS),
                Map.of("JAVA_TOOL_OPTIONS", "-Dx='y z' " + DEBUGGED));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldStartEverythingWhateverTheEnvironmentSays(Map<String, String> environment) throws Exception {
        requireAllStart(environment);
    }

    @Tag("once")
    @ParameterizedTest
    @MethodSource("others")
    void shouldStartEverythingWhateverElseTheEnvironmentSays(Map<String, String> environment) throws Exception {
        requireAllStart(environment);
    }

    /** Below those that the kernel gives to whoever connects to somewhere; nobody has it now. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // another one
            }
        }
    }

    private void requireAllStart(Map<String, String> asked) throws Exception {
        String port = Integer.toString(freePort());
        Path arguments = Files.writeString(
                directory.resolve("options.args"), "# for all\n-Xms64m \"-Dtwo=a b\"\n" + DEBUGGED.replace(PORT, port));
        Map<String, String> environment = new HashMap<>(asked);
        environment.replaceAll((name, options) -> options.replace(PORT, port).replace(ARGUMENTS, arguments.toString()));
        try (Program program = Program.start(
                directory,
                environment,
                List.of("-cp", System.getProperty("java.class.path")),
                Everything.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output())
                    .contains(
                            "child runs",
                            "small runs",
                            "own collector runs",
                            "pool [1, 4, 9]",
                            "manager true",
                            "standby runs");
        }
    }
}
