using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Verbs;
using Microsoft.Extensions.Hosting.Systemd;

namespace Call112.Gateway.Tests.Provisioning;

/// <summary><c>provision</c> and <c>problem</c> as a unit of systemd runs them: exit codes, the file between the two, the page, the lamp.</summary>
public sealed class ProvisioningVerbsTests : IDisposable
{
    private readonly ProvisioningDesk _desk = new();
    private readonly string _lamp = Directory.CreateTempSubdirectory("call112-lamp-").FullName;

    public void Dispose()
    {
        _desk.Dispose();
        Directory.Delete(_lamp, recursive: true);
    }

    private Task<int> ProvisionAsync() => CommandLine.RunAsync(
        ["provision", "--card", _desk.Card, "--data", _desk.Data, "--serial", _desk.SerialFile, "--problem", _desk.ProblemFile]);

    [Fact]
    public async Task A_box_from_empty_to_armed_to_refused_to_copied_by_its_exit_codes()
    {
        Assert.Equal(1, await ProvisionAsync());
        var problem = JsonDocument.Parse(await File.ReadAllBytesAsync(_desk.ProblemFile, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(("Missing", false), (problem.GetProperty("outcome").GetString(), problem.GetProperty("armed").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("station").ValueKind);
        Assert.NotEqual(0, problem.GetProperty("lines").GetArrayLength());

        _desk.Put(_desk.Enrolled());
        Assert.Equal(0, await ProvisionAsync());
        Assert.False(File.Exists(_desk.ProblemFile));
        // Not by the verb check-config, which reads the environment of whoever runs these tests.
        Assert.NotNull(OptionsReader.Read(_desk.DataStation, new Dictionary<string, string>()).Options);

        _desk.Put("{");
        Assert.Equal(3, await ProvisionAsync());
        Assert.True(ProblemFile.Read(_desk.ProblemFile)!.Armed);
        File.Delete(_desk.CardStation);
        Assert.Equal(0, await ProvisionAsync());

        _desk.Board(ProvisioningDesk.OtherSerial);
        Assert.Equal(1, await ProvisionAsync());
        Assert.Equal("Cloned", ProblemFile.Read(_desk.ProblemFile)!.Outcome);
    }

    [Theory]
    [InlineData("provision")]
    [InlineData("provision", "--card", "/tmp")]
    [InlineData("problem")]
    [InlineData("problem", "--file", "/tmp/x", "--listen", "nowhere")]
    [InlineData("no-such-verb")]
    public async Task A_wrong_command_line_ends_with_2(params string[] arguments) => Assert.Equal(2, await CommandLine.RunAsync(arguments));

    [Fact]
    public async Task Help_is_no_wrong_command_line() => Assert.Equal(0, await CommandLine.RunAsync(["provision", "--help"]));

    /// <summary>F3: nothing that is wrong with a folder is a stack trace.</summary>
    [Fact]
    public void What_is_not_there_is_named()
    {
        var (told, wrong) = (new StringWriter(), new StringWriter());
        var nowhere = Path.Combine(_desk.Card, "nowhere");
        Assert.Equal(1, ProvisionVerb.Run(new ProvisionVerb.Request(nowhere, nowhere, nowhere, Path.Combine(nowhere, "problem")), told, wrong));
        Assert.StartsWith("CardUnreadable: no station on board without a serial", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot be written", wrong.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("defect", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_screen_says_what_is_wrong_the_lamp_blinks_and_systemd_hears_ready()
    {
        _desk.Put("""{"station":{"id":"station","<script>":1}}""");
        Assert.Equal(1, await ProvisionAsync());
        Lamp();
        await using var page = await StartAsync();
        using var answer = await page.Http.GetAsync("/", TestContext.Current.CancellationToken);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("KOTAK INI BELUM SIAP", html, StringComparison.Ordinal);
        Assert.Contains("- station.<script>: tidak dikenal", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>:", await page.Http.GetStringAsync("/", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var file in new[] { "/panel.css", "/problem.css", "/problem.js", "/index.html" })
            Assert.Equal(HttpStatusCode.OK, (await page.Http.GetAsync(file, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await page.Http.GetAsync("/api/station", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(("timer", "150", "150"), (LampFile("trigger"), LampFile("delay_on"), LampFile("delay_off")));
        Assert.Contains("READY=1", page.Systemd.Told);

        // What a later run of provisioning says shows without a restart.
        File.Delete(_desk.ProblemFile);
        Assert.Contains("Tunggu sebentar", await page.Http.GetStringAsync("/", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Equal(0, await page.StopAsync());
        Assert.Equal("mmc0", LampFile("trigger"));
    }

    /// <summary>The gateway that goes may hold the port for a moment; the lamp does not wait for it, and neither does the boot (F16).</summary>
    [Fact]
    public async Task An_address_that_is_taken_costs_the_page_only()
    {
        await using var first = await StartAsync();
        Lamp();
        var (told, systemd) = (new StringWriter(), new RecordingSystemd());
        using var stop = new CancellationTokenSource();
        var taken = new PanelListen("127.0.0.1", first.Http.BaseAddress!.Port);
        var second = ProblemVerb.RunAsync(
            new ProblemVerb.Request(_desk.ProblemFile, taken, _lamp), TextWriter.Synchronized(told), systemd, TimeProvider.System, stop.Token);
        await Wait.UntilAsync(() => systemd.Told.Contains("READY=1"), "ready is said");
        Assert.Contains("cannot listen", told.ToString(), StringComparison.Ordinal);
        Assert.Equal("1000", LampFile("delay_on"));
        await stop.CancelAsync();
        Assert.Equal(0, await second);
    }

    /// <summary>The program itself, with the signal that systemd sends.</summary>
    [Fact]
    public async Task Sigterm_ends_the_problem_verb_well()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "call112-gateway.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", program, "problem", "--file", _desk.ProblemFile, "--listen", "127.0.0.1:0", "--led", _lamp])
            {
                RedirectStandardOutput = true,
            })!;
        var line = "";
        while (!line.StartsWith("Page on ", StringComparison.Ordinal))
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                ?? throw new InvalidOperationException("it ended");
        using (var kill = Process.Start("kill", [process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>A lamp as sysfs has it, but that its trigger is a plain file.</summary>
    private void Lamp()
    {
        File.WriteAllText(Path.Combine(_lamp, "trigger"), "none timer [mmc0] heartbeat");
        foreach (var name in new[] { "delay_on", "delay_off" })
            File.WriteAllText(Path.Combine(_lamp, name), "");
    }

    /// <summary>What was written first: a plain file keeps what was longer before.</summary>
    private string LampFile(string name) => File.ReadAllText(Path.Combine(_lamp, name)) is var text && name == "trigger"
        ? new[] { "timer", "mmc0" }.First(trigger => text.StartsWith(trigger, StringComparison.Ordinal))
        : text;

    private async Task<RunningPage> StartAsync()
    {
        var page = new RunningPage();
        var listening = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Run = ProblemVerb.RunAsync(
            new ProblemVerb.Request(_desk.ProblemFile, new PanelListen("127.0.0.1", 0), _lamp), TextWriter.Null, page.Systemd, TimeProvider.System,
            page.Stop.Token, listening.SetResult);
        page.Http.BaseAddress = new Uri((await listening.Task.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken))!);
        return page;
    }

    private sealed class RunningPage : IAsyncDisposable
    {
        public CancellationTokenSource Stop { get; } = new();

        public RecordingSystemd Systemd { get; } = new();

        public HttpClient Http { get; } = new() { Timeout = Wait.Deadline };

        public Task<int> Run { get; set; } = Task.FromResult(0);

        public async Task<int> StopAsync()
        {
            await Stop.CancelAsync();
            return await Run.WaitAsync(Wait.Deadline, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            Stop.Dispose();
            Http.Dispose();
        }
    }

    private sealed class RecordingSystemd : ISystemdNotifier
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Told { get; } = new();

        public bool IsEnabled => true;

        public void Notify(ServiceState state) => Told.Enqueue(state.ToString());
    }
}
