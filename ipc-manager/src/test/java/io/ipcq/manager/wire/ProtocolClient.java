// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** A client of another making: it says what docs/protocol.md lets it, and what it does not. */
public final class ProtocolClient implements AutoCloseable {

    /** Then the test fails. */
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    /** The server has answered, and with an error. */
    public static final class Refused extends AssertionError {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private final Connection connection;
    private final Deque<Map<?, ?>> early = new ArrayDeque<>();
    private int requests;

    public ProtocolClient(Connection connection) {
        this.connection = connection;
    }

    /** Sends a request, and returns its id. */
    public int send(String method, Object... params) throws IOException {
        sendAs(++requests, method, params);
        return requests;
    }

    /** Sends a request with an id of any kind; null makes it a notification. */
    public void sendAs(Object id, String method, Object... params) throws IOException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("jsonrpc", "2.0");
        if (id != null) {
            request.put("id", id);
        }
        request.put("method", method);
        request.put("params", Arrays.asList(params));
        connection.sendBytes(Json.write(request));
    }

    /** Sends anything. */
    public void sendText(String text) throws IOException {
        connection.sendBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The id of the last request. */
    public int last() {
        return requests;
    }

    /** Answers that came before the one that was asked for. */
    public Collection<Map<?, ?>> early() {
        return early;
    }

    /** Whether an answer comes in that time. */
    public boolean hears(Duration timeout) throws Exception {
        return connection.poll(timeout);
    }

    /** The next answer, of whatever call. */
    public Map<?, ?> receive() throws Exception {
        Map<?, ?> before = early.poll();
        return before == null ? next() : before;
    }

    private Map<?, ?> next() throws Exception {
        assertThat(connection.poll(WATCHDOG)).as("an answer").isTrue();
        return JsonReader.message(connection.recvBytes(), JsonReader.ANSWER, any -> {})
                .members();
    }

    /** The answer of one call; those of others are kept for who asks for them. */
    public Map<?, ?> answer(Object id) throws Exception {
        for (Iterator<Map<?, ?>> each = early.iterator(); each.hasNext(); ) {
            Map<?, ?> answer = each.next();
            if (id.equals(answer.get("id"))) {
                each.remove();
                return answer;
            }
        }
        while (true) {
            Map<?, ?> answer = next();
            if (id.equals(answer.get("id"))) {
                return answer;
            }
            early.add(answer);
        }
    }

    public Map<?, ?> ask(String method, Object... params) throws Exception {
        return answer(send(method, params));
    }

    public Object result(String method, Object... params) throws Exception {
        Map<?, ?> answer = ask(method, params);
        if (answer.get("error") != null) {
            throw new Refused(method + ": " + answer);
        }
        return answer.get("result");
    }

    public int refusal(String method, Object... params) throws Exception {
        return error(ask(method, params));
    }

    public static int error(Map<?, ?> answer) {
        assertThat(answer.get("error")).as("%s", answer).isInstanceOf(Map.class);
        return (int) ((Map<?, ?>) answer.get("error")).get("code");
    }

    @Override
    public void close() {
        connection.close();
    }
}
