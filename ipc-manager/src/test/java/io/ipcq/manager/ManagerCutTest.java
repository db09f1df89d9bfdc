// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static io.ipcq.connection.RawPeer.ascii;
import static io.ipcq.connection.RawPeer.frame;
import static io.ipcq.connection.RawPeer.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.RawPeer;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of a manager, cut off at every byte of all that it says, from the proof of the key on. */
class ManagerCutTest {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final byte[] SECRET = ascii("the secret of this test, 32 bytes");

    /** A frame that the client sends, and whether one comes back. */
    private record Step(byte[] frame, boolean answered) {}

    /** All that the client says after its answer to the challenge. */
    private static final List<Step> SESSION = List.of(
            new Step(frame(join(ascii("#CHALLENGE#{sha256}"), new byte[40])), true),
            new Step(frame(ascii("#WELCOME#")), false),
            request(1, "open", "'lock','lock'"),
            request(2, "lock.lock", "'lock','main',0"),
            request(3, "open", "'semaphore','permits',{'permits':1}"),
            request(4, "semaphore.acquire", "'permits',1,0"),
            request(5, "open", "'durableQueue','orders',{'codec':'utf8'}"),
            request(6, "durableQueue.receive", "'orders',0"),
            request(7, "open", "'queue','letters',{'codec':'utf8'}"),
            request(8, "queue.get", "'letters',0,true"),
            request(9, "queue.put", "'letters','b',0"),
            new Step(message("{'jsonrpc':'2.0','method':'arrived','params':[8]}"), false),
            request(10, "open", "'event','never'"),
            new Step(call(11, "event.await", "'never',null"), false));

    private static final int ANSWER_BYTES = 4 + 8 + 32;

    @TempDir
    Path directory;

    private ManagerServer server;
    private Manager manager;
    private SharedLock lock;
    private SharedSemaphore permits;
    private DurableQueue<String> orders;
    private SharedQueue<String> letters;

    private static Step request(int id, String method, String params) {
        return new Step(call(id, method, params), true);
    }

    private static byte[] call(int id, String method, String params) {
        return message("{'jsonrpc':'2.0','id':" + id + ",'method':'" + method + "','params':[" + params + "]}");
    }

    private static byte[] message(String json) {
        return frame(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void start() throws Exception {
        AuthKey key = AuthKey.of(SECRET);
        server = ManagerServer.builder()
                .directory(directory)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key);
        manager = Manager.connect(Connection.connect(server.address(), key));
        lock = manager.lock("lock");
        permits = manager.semaphore("permits", 1);
        orders = manager.durableQueue("orders", String.class);
        letters = manager.queue("letters", String.class);
        orders.put("tea");
        letters.put("a");
    }

    @AfterEach
    void stop() {
        manager.close();
        server.close();
    }

    @Test
    void shouldLoseNothingAndKeepNothingWhereverItIsCut() throws Exception {
        cut(0, true);
        cut(length(), true);
        requireAsBefore(length());
        long descriptors = descriptors();
        long threads = threads();
        for (int at = 0; at <= length(); at++) {
            cut(at, at % 2 == 0);
            requireAsBefore(at);
        }
        await().atMost(WATCHDOG).until(() -> descriptors() <= descriptors);
        await().atMost(WATCHDOG).until(() -> threads() <= threads);
        assertThat(manager.names()).hasSize(4).allMatch(held -> held.holders() == 1);
    }

    private static int length() {
        return ANSWER_BYTES
                + SESSION.stream().mapToInt(step -> step.frame.length).sum();
    }

    /** Says so many bytes in turns with the server, and then nothing more, or is gone. */
    private void cut(int bytes, boolean gently) throws IOException {
        try (RawPeer peer = RawPeer.connect(server.address())) {
            byte[] question = peer.receiveFrame();
            byte[] challenge = Arrays.copyOfRange(question, 11, question.length);
            byte[] answer = frame(join(ascii("{sha256}"), RawPeer.hmac("HmacSHA256", SECRET, challenge)));
            List<Step> all = new ArrayList<>(List.of(new Step(answer, true)));
            all.addAll(SESSION);
            int left = bytes;
            for (Step step : all) {
                peer.send(Arrays.copyOf(step.frame, Math.min(left, step.frame.length)));
                left -= step.frame.length;
                if (left < 0) {
                    break;
                }
                if (step.answered) {
                    peer.receiveFrame();
                }
            }
            if (gently) {
                peer.endSending();
                peer.awaitEnd();
            }
        }
    }

    private void requireAsBefore(int cut) throws Exception {
        awaitOneClient();
        assertThat(lock.tryLock()).as("lock, cut=%d", cut).isTrue();
        lock.unlock();
        assertThat(permits.tryAcquire()).as("permit, cut=%d", cut).isTrue();
        permits.release();
        Delivery<String> order = orders.receive(WATCHDOG);
        assertThat(order).as("order, cut=%d", cut).isNotNull();
        assertThat(order.value()).isEqualTo("tea");
        order.ack();
        orders.put("tea");
        List<String> left = new ArrayList<>();
        letters.drainTo(left);
        assertThat(left).as("letters, cut=%d", cut).containsExactlyInAnyOrderElementsOf(expectedLetters(cut));
        letters.put("a");
    }

    /** A thousand times, so without the threads that Awaitility would start. */
    private void awaitOneClient() throws InterruptedException {
        long deadline = System.nanoTime() + WATCHDOG.toNanos();
        while (server.clients() != 1) {
            assertThat(System.nanoTime() - deadline)
                    .as("clients=%d", server.clients())
                    .isNegative();
            Thread.sleep(1);
        }
    }

    /** The put letter is there if all of that request was; the taken one is gone if the client said that it has it. */
    private static List<String> expectedLetters(int cut) {
        List<String> letters = new ArrayList<>();
        if (cut < endOf(11)) {
            letters.add("a");
        }
        if (cut >= endOf(10)) {
            letters.add("b");
        }
        return letters;
    }

    private static int endOf(int step) {
        return ANSWER_BYTES
                + SESSION.subList(0, step + 1).stream()
                        .mapToInt(each -> each.frame.length)
                        .sum();
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    /** Not those of the cached pool, which go when they have had nothing to do for a minute. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals("ipcq-manager-client") || name.equals("ipcq-handshake"))
                .count();
    }
}
