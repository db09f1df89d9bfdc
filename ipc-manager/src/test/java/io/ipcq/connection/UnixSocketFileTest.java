// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketFileTest {

    private static final AuthKey KEY = AuthKey.random();
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Path path() {
        return directory.resolve("s");
    }

    private UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(path());
    }

    private Listener listen() throws IOException {
        Listener listener = Listener.bind(address(), KEY);
        open.add(listener);
        return listener;
    }

    private ServerSocketChannel foreign(int backlog) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        open.add(channel);
        return channel.bind(address(), backlog);
    }

    private static void requireServed(Listener listener) throws Exception {
        try (Connection client = Connection.connect(listener.address(), KEY);
                Connection server = listener.accept()) {
            client.sendBytes(new byte[9]);
            assertThat(server.recvBytes()).hasSize(9);
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The directory for all of this JVM, in which an earlier test may still have something that is about to go. */
    private static void awaitGone(Path directory) {
        await().atMost(Patient.TIME).until(() -> Files.notExists(directory));
    }

    @Test
    void shouldBePrivateWhateverTheUmask() throws Exception {
        String output = run(
                "sh",
                "-c",
                "umask 000; exec \"$@\"",
                "sh",
                "env",
                "XDG_RUNTIME_DIR=" + directory,
                java(),
                "-cp",
                System.getProperty("java.class.path"),
                UmaskedListener.class.getName(),
                directory.toString());
        assertThat(output.lines())
                .containsExactly(
                        "rw-rw-rw-",
                        "rw-------",
                        "rw-------",
                        "rw-------",
                        "rwx------",
                        "rw-------",
                        "rwx------",
                        "rwx------",
                        "in " + directory);
    }

    @Test
    void shouldLeaveNothingWhenClosed() throws Exception {
        Listener listener = Listener.bind(KEY);
        Path own = ((UnixDomainSocketAddress) listener.address()).getPath().getParent();
        requireServed(listener);
        assertThat(own).isDirectory();
        listener.close();
        assertThat(own).doesNotExist();
        awaitGone(own.getParent());
        listen().close();
        assertThat(path()).doesNotExist();
    }

    @Test
    void shouldLeaveWhatOthersPutBesideIt() throws Exception {
        Listener listener = Listener.bind(KEY);
        Path own = ((UnixDomainSocketAddress) listener.address()).getPath().getParent();
        Path note = Files.createFile(own.resolve("note"));
        listener.close();
        assertThat(own.toFile().list()).containsExactly("note");
        Files.delete(note);
        Files.delete(own);
        SocketDirectories.removeUnused();
        awaitGone(own.getParent());
    }

    @Test
    void shouldRefuseTooLongPath() throws Exception {
        int room = UnixSocketFile.MAX_PATH_BYTES - directory.toString().getBytes(UTF_8).length - 1;
        Path longest = directory.resolve("x".repeat(room - 2) + "/s");
        Path longer = directory.resolve("y".repeat(room - 1) + "/s");
        assertThatThrownBy(() -> Listener.bind(UnixDomainSocketAddress.of(longer), KEY))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("bytes=104, limit=103, path=" + longer);
        assertThat(longer.getParent()).doesNotExist();
        try (Listener listener = Listener.bind(UnixDomainSocketAddress.of(longest), KEY)) {
            requireServed(listener);
        }
    }

    @Test
    void shouldReplaceSocketWhereNobodyAnswers() throws Exception {
        foreign(1).close();
        assertThat(path()).exists();
        requireServed(listen());
    }

    @Test
    void shouldLeaveSocketWhereSomebodyAnswers() throws Exception {
        Listener listener = listen();
        assertThatThrownBy(this::listen)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("somebody listens there already");
        requireServed(listener);
    }

    @Test
    void shouldLeaveSocketOfBusyListener() throws Exception {
        ServerSocketChannel busy = foreign(1);
        fillQueue();
        assertThatThrownBy(this::listen)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("somebody listens there already");
        assertThat(busy.accept()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveUpOnBusyListener(boolean light) throws Exception {
        foreign(1);
        fillQueue();
        long before = System.nanoTime();
        assertThatThrownBy(connecting(light, Duration.ofMillis(100))::get)
                .cause()
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("nobody answered in PT0.1S");
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    }

    /** The kernel and the thread count in milliseconds: what is less is waited for, too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotGiveUpBeforeItsTime(boolean tcp) throws Exception {
        SocketAddress busy;
        if (tcp) {
            busy = fullTcpListener();
        } else {
            foreign(1);
            fillQueue();
            busy = address();
        }
        Duration time = Duration.ofNanos(2_999_999);
        ConnectionBuilder connecting = Connection.builder(busy, KEY).connectTimeout(time);
        for (int round = 0; round < 50; round++) {
            long before = System.nanoTime();
            assertThatThrownBy(connecting::connect).isInstanceOf(SocketTimeoutException.class);
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(time.toNanos());
        }
    }

    private SocketAddress fullTcpListener() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        open.add(channel);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        for (int waits = 0; waits < 3; waits++) { // one more than fit, which the kernel does not answer
            SocketChannel waiting = SocketChannel.open();
            open.add(waiting);
            waiting.configureBlocking(false);
            waiting.connect(channel.getLocalAddress());
        }
        return channel.getLocalAddress();
    }

    /** A thread may get no processor until its time is over: before it asks the kernel, and after that. */
    @Test
    void shouldTellThatTimeIsOverWhereverItIs() throws Exception {
        foreign(1);
        fillQueue();
        ConnectionBuilder late = Connection.builder(address(), KEY).connectTimeout(Duration.ofNanos(1));
        for (int round = 0; round < 300; round++) {
            assertThatThrownBy(late::connect)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("nobody answered in ");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWaitForBusyListener(boolean light) throws Exception {
        ServerSocketChannel busy = foreign(1);
        int waiting = fillQueue();
        FutureTask<Connection> connecting = connecting(light, Duration.ofMinutes(1));
        assertThatThrownBy(() -> connecting.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        for (int i = 0; i < waiting; i++) {
            busy.accept().close();
        }
        try (RawPeer late = new RawPeer(busy.accept())) {
            late.sendFrame("#CHALLENGE#no digest");
            assertThatThrownBy(connecting::get).cause().isInstanceOf(AuthenticationException.class);
        }
    }

    private FutureTask<Connection> connecting(boolean light, Duration timeout) {
        FutureTask<Connection> connecting = new FutureTask<>(
                () -> Connection.builder(address(), KEY).connectTimeout(timeout).connect());
        if (light) {
            LightThreads.start("connecting", connecting);
        } else {
            new Thread(connecting, "connecting").start();
        }
        return connecting;
    }

    @Test
    void shouldEndConnectingWhenInterrupted() throws Exception {
        foreign(1);
        fillQueue();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Connection.connect(address(), KEY)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    /** How many wait now. */
    private int fillQueue() throws IOException {
        for (int waits = 0; true; waits++) {
            SocketChannel waiting = SocketChannel.open(StandardProtocolFamily.UNIX);
            open.add(waiting);
            waiting.configureBlocking(false);
            try {
                waiting.connect(address());
            } catch (IOException full) {
                return waits;
            }
        }
    }

    @Test
    void shouldLeaveWhatIsNoSocket() throws Exception {
        Files.writeString(path(), "precious");
        assertThatThrownBy(this::listen)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("taken by something that is no socket");
        assertThat(path()).hasContent("precious");

        Path target = directory.resolve("target");
        Files.move(path(), target);
        Files.createSymbolicLink(path(), target);
        assertThatThrownBy(this::listen).isInstanceOf(BindException.class);
        assertThat(path()).isSymbolicLink();
        assertThat(target).hasContent("precious");
    }

    @Test
    void shouldLeaveSocketOfAnotherUser() throws Exception {
        foreign(1).close();
        assumeTrue(isRoot(), "only root can give a file away");
        Files.setAttribute(path(), "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        assertThatThrownBy(this::listen)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("the socket belongs to another user");
        assertThat(path()).exists();
    }

    @Test
    void shouldRefuseDirectoryThatOthersMayEnter() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
        assertThatThrownBy(this::listen)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("permissions=rwx--x---");
        Path link = Files.createSymbolicLink(
                directory.resolve("link"), Files.createDirectory(directory.resolve("directory")));
        assertThatThrownBy(() -> Listener.bind(UnixDomainSocketAddress.of(link.resolve("s")), KEY))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("a directory that is no link");
    }

    @Test
    void shouldRefuseDirectoryOfAnotherUser() throws Exception {
        assumeTrue(isRoot(), "only root can give a directory away");
        Path own = Files.createDirectory(
                directory.resolve("own"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setAttribute(own, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        assertThatThrownBy(() -> Listener.bind(UnixDomainSocketAddress.of(own.resolve("s")), KEY))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("it belongs to another user");
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void shouldRefuseDirectoryThatOthersCouldExchange() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> Listener.bind(UnixDomainSocketAddress.of(open.resolve("own/s")), KEY))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("others may exchange what is in a directory above it: directory=" + open);
    }

    @Test
    void shouldLeaveSocketOfItsSuccessor() throws Exception {
        Listener first = listen();
        Files.delete(path());
        Listener second = listen();
        first.close();
        requireServed(second);
    }

    @Test
    void shouldLetOneOfManyHaveIt() throws Exception {
        for (int round = 0; round < 50; round++) {
            foreign(1).close();
            List<Listener> bound = java.util.Collections.synchronizedList(new ArrayList<>());
            List<FutureTask<byte[]>> racers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                racers.add(ConnectionTest.inThread(() -> {
                    try {
                        bound.add(listen());
                    } catch (BindException late) {
                        assertThat(late).hasMessageContaining("somebody listens there already");
                    }
                    return new byte[0];
                }));
            }
            for (FutureTask<byte[]> racer : racers) {
                racer.get();
            }
            assertThat(bound).hasSize(1);
            requireServed(bound.get(0));
            bound.get(0).close();
        }
    }

    @Test
    void shouldServeItsOwnUserOnly() throws Exception {
        Listener listener = listen();
        try (Connection client = Connection.connect(listener.address(), KEY);
                Connection server = listener.accept()) {
            assertThat(server.peer().orElseThrow().user()).isEqualTo(Files.getOwner(path()));
            assertThat(client.peer()).isEqualTo(server.peer());
        }
        assumeTrue(isRoot(), "only root can run a process of another user");
        Path classes = directory.resolve("classes");
        copyClass(OtherUser.class, classes);
        // as if somebody had opened it up: the mode of the file is not all that protects it
        run("chmod", "-R", "a+rwX", directory.toString());
        assertThat(runAsNobody(classes)).isEqualTo("bytes=-1");
        listener.close();

        Listener others = Listener.builder(address(), KEY).otherUsers(true).bind();
        open.add(others);
        run("chmod", "a+rw", path().toString());
        assertThat(runAsNobody(classes)).isEqualTo("bytes=4");
    }

    @Test
    void shouldRefuseListenerOfAnotherUser() throws Exception {
        assumeTrue(isRoot(), "only root can run a process of another user");
        Path classes = directory.resolve("classes");
        copyClass(OtherListener.class, classes);
        run("chmod", "-R", "a+rwX", directory.toString());
        Process other = new ProcessBuilder(asNobody(OtherListener.class, classes))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        open.add(other::destroyForcibly);
        try (BufferedReader lines = other.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("listens");
            assertThatThrownBy(() -> Connection.connect(address(), KEY))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("the peer is another user");
            assertThat(lines.readLine()).isEqualTo("bytes=-1");
            assertThatThrownBy(() ->
                            Connection.builder(address(), KEY).otherUsers(true).connect())
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("it sent no challenge");
        }
    }

    private String runAsNobody(Path classes) throws Exception {
        return run(asNobody(OtherUser.class, classes)).trim();
    }

    private String[] asNobody(Class<?> program, Path classes) {
        return new String[] {
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            java(),
            "-cp",
            classes.toString(),
            program.getName(),
            path().toString()
        };
    }

    private static void copyClass(Class<?> type, Path root) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
            Files.copy(in, file);
        }
    }

    private boolean isRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"));
    }

    /** A socket that is bound and not listened at yet looks like one that is left. */
    @Test
    void shouldWaitForAnotherProcessThatIsBinding() throws Exception {
        Process other = new ProcessBuilder(
                        java(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BindingListener.class.getName(),
                        path().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        open.add(() -> other.destroyForcibly().waitFor());
        assertThat(other.inputReader().readLine()).isEqualTo("binds: true");
        FutureTask<byte[]> binding = ConnectionTest.inThread(() -> {
            listen();
            return new byte[0];
        });
        assertThatThrownBy(() -> binding.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        other.outputWriter().append('\n').flush();
        assertThatThrownBy(binding::get)
                .cause()
                .isInstanceOf(BindException.class)
                .hasMessageContaining("somebody listens there already");
    }

    /** In one JVM, whose file locks are common to all class loaders. */
    @RepeatedTest(5)
    void shouldBindOnceOfManyClassLoaders() throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        List<FutureTask<Object>> bindings = new ArrayList<>();
        for (int i = 0; i < start.getParties(); i++) {
            bindings.add(new FutureTask<>(binding(start)));
        }
        bindings.forEach(binding -> new Thread(binding).start());
        List<Object> outcomes = new ArrayList<>();
        for (FutureTask<Object> binding : bindings) {
            outcomes.add(binding.get());
        }
        assertThat(outcomes).hasOnlyElementsOfTypes(String.class, BindException.class);
        assertThat(outcomes).containsOnlyOnce("bound");
    }

    /** Returns why it could not be bound, if so. */
    private Callable<Object> binding(CyclicBarrier start) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        open.add(loader);
        Class<?> type = loader.loadClass(UnixSocketFile.class.getName());
        var constructor = type.getDeclaredConstructor(UnixDomainSocketAddress.class, boolean.class);
        var bind = type.getDeclaredMethod("bind", ServerSocketChannel.class, int.class);
        constructor.setAccessible(true);
        bind.setAccessible(true);
        Object file = constructor.newInstance(address(), false);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        open.add(channel);
        return () -> {
            start.await();
            try {
                bind.invoke(file, channel, 1);
                return "bound";
            } catch (InvocationTargetException e) {
                return e.getCause();
            }
        };
    }
}
