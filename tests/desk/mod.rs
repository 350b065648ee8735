//! A desk to test at: a display of its own (Xvfb), WebKit's driver, and Ponder's real window on a history of its own.
//! Nothing is shared with the machine's user or with another test: home, data folder, display and ports are new each time.
#![allow(dead_code, reason = "each test file uses its own part of the desk")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::screen::Screen;

/// How long anything in the window may take to appear. Only a failing test waits as long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that is ended with the desk.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A display, a driver and a home.
pub struct Desk {
    _driver: Owned,
    port: u16,
    screen: Screen,
    home: tempfile::TempDir,
}

impl Desk {
    /// Sets up a desk with a screen of 1920 × 1080.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let screen = Screen::new();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = screen
            .command("WebKitWebDriver", home.path())
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver is installed by `make setup`");
        let desk = Self { _driver: Owned(driver), port, screen, home };
        desk.wait_for_driver();
        desk
    }

    fn wait_for_driver(&self) {
        let until = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "WebKitWebDriver did not come up");
            std::thread::yield_now();
        }
    }

    /// A command at this desk, e.g. xdotool.
    pub fn command(&self, program: &str) -> Command {
        self.screen.command(program, self.home.path())
    }

    /// A path in the desk's home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The folder of the history.
    pub fn data(&self) -> PathBuf {
        self.path("history")
    }

    /// Opens Ponder's window, on a file when one is given, and waits until the page is ready.
    pub async fn open(&self, file: Option<&Path>) -> Window {
        let mut arguments = vec!["--data-dir".to_owned(), self.data().display().to_string()];
        arguments.extend(file.map(|file| file.display().to_string()));
        let capabilities = json!({
            "webkitgtk:browserOptions": { "binary": env!("CARGO_BIN_EXE_ponder"), "args": arguments }
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let session = ClientBuilder::new(hyper_util_client())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port));
        let client = tokio::time::timeout(Duration::from_secs(60), session)
            .await
            .expect("the window's session is created within a minute")
            .unwrap();
        let window = Window { client, data: self.data() };
        window.find("app-ready").await;
        window
    }
}

fn hyper_util_client() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

/// Ponder's window under test.
pub struct Window {
    /// The WebDriver session.
    pub client: Client,
    data: PathBuf,
}

impl Window {
    /// Waits for the element with this `data-testid`.
    pub async fn find(&self, testid: &str) -> Element {
        self.find_css(&format!("[data-testid=\"{testid}\"]")).await
    }

    /// Waits for the first element that a CSS selector finds.
    pub async fn find_css(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("{css} did not appear: {error}\n{}", self.text().await),
        }
    }

    /// Waits until a script says `true`; the script is the body of a function.
    pub async fn until(&self, what: &str, script: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            if self.run(script).await == Value::Bool(true) {
                return;
            }
            assert!(Instant::now() < until, "{what} did not happen\n{}", self.text().await);
            self.frame().await;
        }
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Waits for two animation frames: before that a screenshot shows the old page.
    pub async fn frame(&self) {
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))";
        self.client.execute_async(script, vec![]).await.unwrap();
    }

    /// Everything the page says.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Types into whatever has the focus.
    pub async fn type_keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Presses one key, e.g. Enter.
    pub async fn press(&self, key: Key) {
        self.type_keys(&char::from(key).to_string()).await;
    }

    /// Clicks on the element with this `data-testid`.
    pub async fn click(&self, testid: &str) {
        self.find(testid).await.click().await.unwrap();
    }

    /// Keeps a picture under test-results/ for whoever wants to look.
    pub async fn picture(&self, name: &str) {
        self.frame().await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-results/window");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }

    /// Closes the window as its user does.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// Ends the process at once, as a crash or a power cut would.
    pub async fn kill(self) {
        let wanted = self.data.display().to_string();
        let mut killed = 0;
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
            let line = String::from_utf8_lossy(&line);
            if line.starts_with(env!("CARGO_BIN_EXE_ponder")) && line.contains(&wanted) {
                let pid = entry.file_name().into_string().unwrap();
                assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
                killed += 1;
            }
        }
        assert_eq!(killed, 1, "one window to kill");
        // The driver ends its session when the browser is gone; asking it to close would only fail.
        let _ = self.client.close().await;
    }
}
