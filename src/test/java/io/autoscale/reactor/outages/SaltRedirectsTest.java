package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CVE-2026-85251: camel-http takes credentials along when it follows a redirect. A salt-api that sends the reactor on, be it
 * forged or in wrong hands, is not followed.
 */
class SaltRedirectsTest extends OutageTest {

    private final List<String> elsewhere = new CopyOnWriteArrayList<>();
    private HttpServer other;

    @BeforeEach
    void startOtherHost() throws IOException {
        other = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        other.createContext("/", exchange -> {
            elsewhere.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        other.start();
    }

    @AfterEach
    void stopOtherHost() {
        other.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void neitherUserNorPasswordGoesWhereALoginIsSentOnTo(int status) {
        cloud.salt().restart();
        assertNotFollowed("/login", status);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void noTokenGoesWhereACallIsSentOnTo(int status) {
        assertNotFollowed("/", status);
    }

    private void assertNotFollowed(String path, int status) {
        int before = cloud.salt().redirected();
        cloud.salt()
                .redirect(
                        path,
                        status,
                        URI.create("http://127.0.0.1:" + other.getAddress().getPort() + path));

        announceLaunch(cloud.launch("web"));
        // By the second one, what came of the answer to the first is over.
        await().atMost(LONG).until(() -> cloud.salt().redirected() > before + 1);

        assertThat(elsewhere).isEmpty();
    }
}
