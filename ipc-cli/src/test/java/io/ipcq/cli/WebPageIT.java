// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a person sees it, in a browser; skipped where there is none. */
@Tag("once")
class WebPageIT {

    private static final Path PICTURES = Path.of("target", "pictures");

    @TempDir
    Path parent;

    @TempDir
    static Path profile;

    private static Chromium browser;

    private WebServer server;

    @BeforeAll
    static void startBrowser() throws Exception {
        assumeTrue(Chromium.find().isPresent(), "there is no Chromium");
        browser = new Chromium(profile);
    }

    @AfterAll
    static void endBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        browser.open(URI.create("about:blank")); // whose server may have ended since
        browser.awaitTrue("location.href == 'about:blank'");
        browser.takeComplaints();
        server = Scenes.serve(parent, false);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static String cell(int row, int column) {
        return "document.querySelector('#rows').children[" + row + "].children[" + column + "].textContent";
    }

    @Test
    void shouldShowValuesThatMoveAndRequeueByClicks() throws Exception {
        try (DurableQueue<String> orders =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("orders"))) {
            orders.put("{\"unreadable\": 1}");
            orders.receive().nack();
            orders.put("a");
            browser.open(server.address());
            browser.awaitTrue("document.querySelectorAll('#rows tr').length == 1 && " + cell(0, 3) + " == '1'");
            assertThat(browser.value("location.hash")).as("the secret").isEqualTo("");
            orders.put("b");
            browser.awaitTrue(cell(0, 3) + " == '2'");
            browser.awaitTrue("/^[0-9.]+ (s|min)$/.test(" + cell(0, 2) + ")"); // how long the oldest waits
            browser.click("#rows button");
            browser.awaitTrue("document.activeElement.id == 'detail-name'");
            browser.awaitTrue("/^Oldest element[0-9.]+ (s|min)Last put[0-9.]+ (ms|s|min) ago"
                    + "Last take[0-9.]+ (ms|s|min) ago/.test(document.querySelector('#facts').textContent)");
            browser.awaitTrue("document.querySelector('#stalls').textContent == 'Nothing keeps it.'");
            browser.awaitTrue("document.querySelector('#processes').textContent.includes('"
                    + ProcessHandle.current().pid() + "')");
            assertThat(browser.value("document.querySelectorAll('canvas').length"))
                    .isEqualTo(2);
            browser.click("#show-letters");
            browser.awaitTrue("document.querySelector('#letters pre')?.textContent.includes('unreadable')");
            assertThat(browser.value("document.querySelector('#letters .reason').textContent"))
                    .isEqualTo("given back after 1 delivery");
            picture("web-light");
            browser.show("dark");
            picture("web-dark");
            browser.show("light");
            browser.click("#letters .changes");
            browser.awaitTrue("document.querySelector('#outcome').textContent == 'One dead letter was put back.'");
            browser.awaitTrue(cell(0, 3) + " == '3' && " + cell(0, 8) + " == '0'");
            assertThat(orders.deadLetters().qsize()).isZero();
            browser.click("#show-elements");
            browser.awaitTrue("document.querySelectorAll('#elements pre').length == 3");
            assertThat(browser.takeComplaints()).isEmpty();
        }
    }

    @Test
    void shouldPutByFormAndRemoveDeadLetterByClicks() throws Exception {
        try (DurableQueue<String> orders =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("orders"))) {
            orders.put("unreadable");
            orders.receive().nack();
            openFirstQueue();
            browser.value("document.querySelector('#put-text').value = 'a <b>'");
            browser.click("#put button");
            browser.awaitTrue("document.querySelector('#outcome').textContent == 'It was put.'");
            assertThat(orders.getNow()).isEqualTo("a <b>");
            browser.click("#show-letters");
            browser.awaitTrue("document.querySelector('#letters pre')?.textContent == 'unreadable'");
            browser.click("#letters .changes:last-of-type"); // and yes
            browser.awaitTrue("document.querySelector('#outcome').textContent != 'It was put.'");
            assertThat(browser.value("document.querySelector('#outcome').textContent"))
                    .isEqualTo("One dead letter was removed.");
            browser.awaitTrue("document.querySelector('#letters pre') == null");
            assertThat(orders.deadLetters().qsize()).isZero();
            assertThat(orders.qsize()).isZero();
            assertThat(browser.takeComplaints()).isEmpty();
        }
    }

    private void openFirstQueue() throws Exception {
        browser.open(server.address());
        browser.awaitTrue("document.querySelectorAll('#rows tr').length == 1");
        browser.click("#rows button");
        browser.awaitTrue("document.activeElement.id == 'detail-name'");
        // until then, what is to be clicked moves
        browser.awaitTrue("document.querySelector('#stalls').textContent == 'Nothing keeps it.'");
    }

    /** Nothing to change anything with; and who asks all the same, with the secret, is refused. */
    @Test
    void shouldChangeNothingIfItIsReadOnly() throws Exception {
        server.close();
        server = Scenes.serve(parent, true);
        try (DurableQueue<String> orders =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("orders"))) {
            orders.put("unreadable");
            orders.receive().nack();
            openFirstQueue();
            browser.click("#show-letters");
            browser.awaitTrue("document.querySelector('#letters pre')?.textContent == 'unreadable'");
            assertThat(browser.value("[...document.querySelectorAll('form, .changes')]"
                            + ".filter(each => each.checkVisibility()).length"))
                    .isEqualTo(0);
            assertThat(browser.value("[...document.querySelectorAll('button')].filter(each => each.checkVisibility())"
                            + ".map(each => each.textContent).join()"))
                    .asString()
                    .contains("Show dead letters")
                    .doesNotContainPattern("Put|Remove");
            for (String action : List.of("put", "requeue", "requeue-all", "discard")) {
                assertThat(browser.value("fetch('/api/" + action + "', {method: 'POST',"
                                + " body: '{\"id\":0,\"number\":0,\"text\":\"b\"}',"
                                + " headers: {'Content-Type': 'application/json', Authorization: 'Bearer "
                                + server.address().getRawFragment() + "'}}).then(answer => answer.status)"))
                        .as(action)
                        .isEqualTo(403);
            }
            assertThat(orders.qsize()).isZero();
            assertThat(orders.deadLetters().qsize()).isEqualTo(1);
        }
    }

    /** In words, and before anybody opens it. */
    @Test
    void shouldMarkQueueThatDoesNotGoOn() throws Exception {
        Path orders = parent.resolve("orders");
        try (SharedQueue<String> queue = SharedQueue.create(orders, String.class)) {
            queue.put("a");
        }
        browser.open(server.address());
        browser.awaitTrue("document.querySelectorAll('#rows tr').length == 1");
        browser.awaitTrue(cell(0, 1) + " == 'open: no-consumer'");
        assertThat(browser.value("document.querySelector('#rows tr').classList.contains('alarm')"))
                .isEqualTo(true);
        try (SharedQueue<String> queue = SharedQueue.open(orders, String.class)) {
            browser.awaitTrue(cell(0, 1) + " == 'open'");
            assertThat(queue.qsize()).isEqualTo(1);
        }
        assertThat(browser.takeComplaints()).isEmpty();
    }

    private void picture(String name) throws Exception {
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), browser.picture());
    }

    /**
     * A worker that is at one task all the time, and another one that has had some; both called as nobody should be.
     */
    @Test
    void shouldShowWhatWorkersDid() throws Exception {
        String hostile = "<img src=x onerror=hacked=1>" + HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800]", "");
        try (TestJvm program =
                TestJvm.start(List.of("-Djava.io.tmpdir=" + parent, "-Dipcq.archive=off"), PoolUser.class, hostile)) {
            program.awaitLine("ready");
            browser.open(server.address());
            browser.awaitTrue("document.querySelectorAll('#pools tbody tr').length == 2");
            assertThat(String.valueOf(browser.value("document.querySelector('#pools h2').textContent")))
                    .startsWith("Pool <img src=x")
                    .satisfies(text -> assertThat(HarmlessTest.harmful(text)).isFalse());
            browser.awaitTrue("[...document.querySelectorAll('#pools tbody tr')]"
                    + ".some(row => row.textContent.includes('PoolUser.nap')"
                    + " && parseInt(row.cells[5].textContent) > 0)");
            browser.awaitTrue("document.querySelectorAll('#pools .lane').length == 2");
            // more than one where a look came late, or just when the other worker had a task
            browser.awaitTrue("[...document.querySelectorAll('#pools .lane .busy')]"
                    + ".some(bar => Number(bar.getAttribute('width')) > 1)");
            picture("web-pools");
            program.stop();
            browser.awaitTrue("document.querySelector('#alarms').textContent.includes('program-stopped: pid "
                    + program.pid() + "')");
            program.cont();
            browser.awaitTrue("!document.querySelector('#alarms').textContent.includes('program-stopped')");
            assertThat(browser.value("document.querySelectorAll('main img').length"))
                    .isEqualTo(0);
            assertThat(browser.takeComplaints()).isEmpty();
        }
    }

    @Test
    void shouldTakeTextOfOthersForText() throws Exception {
        String markup = "<img src=x onerror=\"hacked=1\"><script>hacked=1<\u0085script>";
        String hostile = markup + HarmlessTest.HOSTILE.replaceAll("[\u0000\ud800/]", "") + "{{1+1}}${1+1}'\"";
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve(hostile), String.class)) {
            queue.put(markup + "\u0000\u202e\u001b[31m");
            browser.open(server.address());
            browser.awaitTrue("document.querySelectorAll('#rows tr').length == 1");
            String shown = String.valueOf(browser.value(cell(0, 0)));
            assertThat(shown).contains("<img src=x onerror=\"hacked=1\">", "\\u0085", "\\u001b", "{{1+1}}${1+1}");
            assertThat(HarmlessTest.harmful(shown)).isFalse();
            browser.click("#rows button");
            browser.click("#show-elements");
            browser.awaitTrue("document.querySelector('#elements pre') != null");
            assertThat(String.valueOf(browser.value("document.querySelector('#elements pre').textContent")))
                    .contains("<img src=x", "\\u0000\\u202e\\u001b[31m");
            browser.awaitTrue("document.querySelector('#stalls').textContent != ''");
            assertThat(browser.value("document.querySelectorAll('main img, main script, main iframe').length"))
                    .isEqualTo(0);
            assertThat(browser.value("typeof hacked")).isEqualTo("undefined");
            assertThat(browser.takeComplaints()).isEmpty();
        }
    }

    @Test
    void shouldBeUsedWithoutMouse() throws Exception {
        SharedQueue.create(parent.resolve("a"), String.class).close();
        SharedQueue.create(parent.resolve("b"), String.class).close();
        browser.open(server.address());
        browser.awaitTrue("document.querySelectorAll('#rows tr').length == 2");
        browser.value("document.querySelector('th button').focus()");
        browser.press("Enter", 13, "\r");
        browser.awaitTrue("document.querySelector('th[aria-sort]').getAttribute('aria-sort') == 'descending'");
        browser.awaitTrue(cell(0, 0) + ".endsWith('b')");
        browser.value("document.querySelector('#rows button').focus()");
        browser.press("Enter", 13, "\r");
        browser.awaitTrue("!document.querySelector('#detail').hidden && document.activeElement.id == 'detail-name'");
        browser.press("Escape", 27, "");
        browser.awaitTrue("document.querySelector('#detail').hidden"
                + " && document.activeElement == document.querySelector('#rows button')");
        assertThat(browser.value("document.querySelectorAll('th[aria-sort]').length"))
                .isEqualTo(1);
    }

    @Test
    void shouldShowNothingWithoutTheSecret() throws Exception {
        SharedQueue.create(parent.resolve("a"), String.class).close();
        URI address = server.address();
        browser.open(URI.create("http://127.0.0.1:" + address.getPort() + "/"));
        browser.awaitTrue("document.querySelector('#state').textContent.includes('the whole address')");
        assertThat(browser.value("document.querySelectorAll('#rows tr').length"))
                .isEqualTo(0);
    }

    /** Another page of the same browser, even if it knew the secret, reads nothing and does nothing. */
    @Test
    void shouldRefuseOtherPages() throws Exception {
        try (DurableQueue<String> orders = DurableQueue.create(parent.resolve("orders"), String.class)) {
            browser.open(server.address());
            browser.awaitTrue("document.querySelectorAll('#rows tr').length == 1");
            browser.open(URI.create("about:blank"));
            browser.awaitTrue("location.href == 'about:blank'");
            String origin = "http://127.0.0.1:" + server.address().getPort();
            assertThat(browser.value("fetch('" + origin + "/api/put', {method: 'POST',"
                            + " body: '{\"id\":0,\"number\":0,\"text\":\"b\"}',"
                            + " headers: {'Content-Type': 'application/json', Authorization: 'Bearer "
                            + server.address().getRawFragment() + "'}}).then(() => 'done', () => 'refused')"))
                    .isEqualTo("refused");
            assertThat(browser.value("fetch('" + origin + "/page.js', {mode: 'no-cors'})"
                            + ".then(() => 'done', () => 'refused')"))
                    .isEqualTo("refused");
            assertThat(orders.qsize()).isZero();
        }
    }
}
