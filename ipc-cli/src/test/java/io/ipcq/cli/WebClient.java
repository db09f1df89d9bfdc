// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Asks a server for something, byte by byte, as no browser would. */
final class WebClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final String token;

    WebClient(URI address) {
        this.port = address.getPort();
        this.token = address.getRawFragment();
    }

    /** An answer; the names of headers are in lower case. */
    record Answer(int status, List<String> head, String body) {

        String header(String name) {
            return head.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> object() {
            return JSON.readValue(body, Map.class);
        }
    }

    String host() {
        return "Host: 127.0.0.1:" + port;
    }

    String authorization() {
        return "Authorization: Bearer " + token;
    }

    Answer get(String path) throws IOException {
        return ask("GET " + path, "", host(), authorization());
    }

    Answer post(String path, String json) throws IOException {
        return ask("POST " + path, json, host(), authorization(), "Content-Type: application/json");
    }

    /**
     * The answer; of a stream, only that it begins.
     *
     * @param request method and path
     */
    Answer ask(String request, String body, String... headers) throws IOException {
        try (Socket socket = connect(request, body, headers)) {
            return read(socket.getInputStream());
        }
    }

    /** The same, and the answer is still to be read. */
    Socket connect(String request, String body, String... headers) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        byte[] content = body.getBytes(UTF_8);
        List<String> lines = new ArrayList<>(List.of(request + " HTTP/1.1", "Connection: close"));
        lines.addAll(List.of(headers));
        if (content.length > 0) {
            lines.add("Content-Length: " + content.length);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
        bytes.writeBytes(content);
        socket.getOutputStream().write(bytes.toByteArray());
        return socket;
    }

    private static Answer read(InputStream in) throws IOException {
        List<String> head = new ArrayList<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head.add(line);
        }
        Answer answer = new Answer(Integer.parseInt(head.get(0).split(" ", -1)[1]), head, "");
        boolean isEndless = answer.header("content-type").equals("application/x-ndjson");
        return isEndless ? answer : new Answer(answer.status, head, new String(in.readAllBytes(), UTF_8));
    }

    /** A line, without its end; empty at the end of everything, too. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(UTF_8).strip();
    }
}
