// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.pool.ProcessPool;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Children that wait for a debugger. */
class DebugIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Pattern WAITS =
            Pattern.compile("(\\S+) waits for a debugger: .*address=127\\.0\\.0\\.1:(\\d+)");

    @TempDir
    Path directory;

    /** As much of a debugger as it takes to attach and let go. */
    private static final class Debugger {

        private static final byte[] HANDSHAKE = "JDWP-Handshake".getBytes(StandardCharsets.US_ASCII);
        private static final int HEADER_BYTES = 11;
        private static final byte[] DISPOSE = command(1, 1, 6);

        /** Attaches and lets the JVM run on, once somebody listens. */
        static void release(int port) {
            await().atMost(WATCHDOG)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> {
                        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                            DataInputStream in = new DataInputStream(socket.getInputStream());
                            socket.getOutputStream().write(HANDSHAKE);
                            assertThat(in.readNBytes(HANDSHAKE.length)).isEqualTo(HANDSHAKE);
                            // its event that it has started: before that it is not suspended, and would be afterwards
                            in.skipNBytes(in.readInt() - Integer.BYTES);
                            socket.getOutputStream().write(DISPOSE);
                            return in.readAllBytes().length > 0;
                        }
                    });
        }

        private static byte[] command(int id, int set, int command) {
            return ByteBuffer.allocate(HEADER_BYTES)
                    .putInt(HEADER_BYTES)
                    .putInt(id)
                    .put((byte) 0)
                    .put((byte) set)
                    .put((byte) command)
                    .array();
        }
    }

    /** Two children at once, then another one, then a worker. */
    static final class Debugged {
        public static void main(String[] arguments) throws Exception {
            int port = Integer.parseInt(arguments[0]);
            List<ChildProcess> children = List.of(
                    ChildProcess.builder(Work::nothing).debug(port).build(),
                    ChildProcess.builder(Work::nothing)
                            .debug(port)
                            .startMethod(StartMethod.STANDBY)
                            .build());
            for (ChildProcess child : children) {
                child.start();
            }
            for (ChildProcess child : children) {
                child.join();
            }
            ChildProcess later = ChildProcess.builder(Work::nothing)
                    .debug(port)
                    .name("later")
                    .start();
            later.join();
            try (ProcessPool pool =
                    ProcessPool.builder().workers(1).debug(port).name("pool").create()) {
                System.out.println("pool " + pool.apply(Math::abs, -7));
            }
            System.out.println(children + " " + later);
        }
    }

    /** A child with a child of its own. */
    static final class Generations {
        public static void main(String[] arguments) throws Exception {
            ChildProcess child = new ChildProcess(Generations::beget);
            child.start();
            child.join();
            System.out.println(child);
        }

        static void beget() throws Exception {
            ChildProcess child = new ChildProcess(() -> System.out.println("grandchild runs"));
            child.start();
            child.join();
        }
    }

    @Test
    void shouldGiveEachChildTheNextPortThatIsFree() throws Exception {
        try (ServerSocket taken = listen();
                Program program = Program.start(directory, Debugged.class, Integer.toString(taken.getLocalPort()))) {
            int first = port(program, "Process-1");
            int second = port(program, "Process-2");
            assertThat(first).isGreaterThan(taken.getLocalPort());
            assertThat(second).isGreaterThan(first);
            assertThat(program.output()).doesNotContain("later waits");

            Debugger.release(second);
            Debugger.release(first);
            assertThat(port(program, "later")).isEqualTo(first);
            Debugger.release(first);
            Debugger.release(port(program, "pool-worker-1"));

            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("pool 7").doesNotContain("Listening for transport");
            assertThat(program.output().lines().filter(line -> line.contains("exit code 0")))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"command line", "JAVA_TOOL_OPTIONS"})
    void shouldNotBeInherited(String from) throws Exception {
        String option = "-Dipcq.debug=" + freePort();
        boolean inEnvironment = from.equals("JAVA_TOOL_OPTIONS");
        List<String> classPath = List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
        List<String> options =
                inEnvironment ? classPath : List.of(option, classPath.get(0), classPath.get(1), classPath.get(2));
        Map<String, String> environment = inEnvironment ? Map.of(from, option) : Map.of();
        try (Program program = Program.start(directory, environment, options, Generations.class.getName())) {
            Debugger.release(port(program, "Process-1"));

            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("grandchild runs", "exit code 0");
            assertThat(WAITS.matcher(program.output()).results()).hasSize(1);
        }
    }

    @Test
    void shouldListenOnThisMachineOnlyAndEndWhileItWaits() throws Exception {
        int port = freePort();
        Path ran = directory.resolve("ran");
        try (ChildProcess child = ChildProcess.builder(Work::answer, ran.toString(), "ran")
                .debug(port)
                .output(Output.DISCARD)
                .start()) {
            await().atMost(WATCHDOG).until(() -> isReached(InetAddress.getLoopbackAddress(), port));
            Optional<InetAddress> outside = addressOfThisMachine();
            assertThat(outside.isPresent() && isReached(outside.get(), port)).isFalse();

            child.terminate();
            assertThat(child.join(WATCHDOG)).isTrue();
            assertThat(child.exitCode()).hasValue(-15);
            assertThat(ran).doesNotExist();
        }
    }

    @Test
    void shouldLeaveDebuggerOfItsOwnToAChild() throws Exception {
        try (ChildProcess child = ChildProcess.builder(Work::nothing)
                .debug(freePort())
                .jvmOptions("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:0")
                .output(Output.DISCARD)
                .start()) {
            assertThat(child.join(WATCHDOG)).isTrue();
            assertThat(child.exitCode()).hasValue(0);
        }
    }

    @Test
    void shouldRefuseWhatIsNoPort() throws Exception {
        for (int port : new int[] {-1, 0, 65_536}) {
            assertThatThrownBy(() -> ChildProcess.builder().debug(port))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("from 1 to 65535: port=" + port);
            assertThatThrownBy(() -> ProcessPool.builder().debug(port)).isInstanceOf(IllegalArgumentException.class);
        }
        List<String> options = List.of("-Dipcq.debug=five", "-cp", System.getProperty("java.class.path"));
        try (Program program = Program.start(directory, options, Family.OneChild.class.getName())) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.output()).contains("port=five; for instance -Dipcq.debug=5005");
        }
    }

    private static int port(Program program, String child) {
        return await().atMost(WATCHDOG)
                .until(
                        () -> {
                            Matcher waits = WAITS.matcher(program.output());
                            int last = 0;
                            while (waits.find()) {
                                last = waits.group(1).equals(child) ? Integer.parseInt(waits.group(2)) : last;
                            }
                            return last;
                        },
                        port -> port > 0);
    }

    private static boolean isReached(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) WATCHDOG.toMillis());
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static Optional<InetAddress> addressOfThisMachine() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = listen()) {
            return socket.getLocalPort();
        }
    }

    /** Below the ports of which the system gives one to each program that asks for any. */
    private static ServerSocket listen() throws IOException {
        while (true) {
            try {
                int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (BindException taken) {
                // the next one may be free
            }
        }
    }
}
