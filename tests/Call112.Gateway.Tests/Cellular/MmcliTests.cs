using Call112.Gateway.Cellular;
using Call112.Gateway.Tests.World;
using CsCheck;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>F15: what ModemManager says is read with patience, and the modem is known by its IMEI.</summary>
public sealed class MmcliTests : IDisposable
{
    private static readonly string[] s_odd =
    [
        "[]", "{}", "null", "{\"modem\":[]}", "{\"modem\":{\"generic\":\"--\"}}", "{\"modem\":{\"generic\":{\"state\":5}}}", "{\"sms\":7}",
        "{\"modem-list\":[1,null,\"/org/freedesktop/ModemManager1/Modem/0;reboot\"]}", "{\"a\":\"\\ud800\"}", new string('[', 5_000),
    ];

    private readonly FakeModem _modem = new();
    private readonly RecordingLogs _logs = new();

    public void Dispose() => _modem.Dispose();

    [Fact]
    public async Task The_modem_is_followed_to_its_new_index()
    {
        var mmcli = Make();
        _modem.At(0);
        Assert.EndsWith("/Modem/0", (await mmcli.FindAsync(TestContext.Current.CancellationToken))!.Path, StringComparison.Ordinal);
        _modem.Gone();
        Assert.Null(await mmcli.FindAsync(TestContext.Current.CancellationToken));
        _modem.At(14);
        Assert.EndsWith("/Modem/14", (await mmcli.FindAsync(TestContext.Current.CancellationToken))!.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_modem_at_index_0_is_not_taken_for_ours()
    {
        _modem.Add(0, imei: "111111111111111");
        _modem.Add(3);
        Assert.EndsWith("/Modem/3", (await Make().FindAsync(TestContext.Current.CancellationToken))!.Path, StringComparison.Ordinal);
        var any = new Mmcli(_modem.Options with { Imei = null }, _modem.Tools, _logs);
        Assert.Equal("111111111111111", (await any.FindAsync(TestContext.Current.CancellationToken))!.Imei);
    }

    [Fact]
    public async Task Garbage_is_no_modem_and_is_told_once()
    {
        var mmcli = Make();
        _modem.Add(1);
        _modem.Put(Path.Combine("modems", "1"), "\u0001\u0002 no JSON at all {");
        Assert.Null(await mmcli.FindAsync(TestContext.Current.CancellationToken));
        Assert.Null(await mmcli.FindAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, _logs.Count(LogEvents.ToolFailed));
        _modem.At(1);
        Assert.NotNull(await mmcli.FindAsync(TestContext.Current.CancellationToken));
        _modem.Put("code", "1");
        Assert.Null(await mmcli.FindAsync(TestContext.Current.CancellationToken));
        Assert.Contains("exit code 1: error: couldn't find modem", _logs.Lines[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_modem_is_a_present_one_without_a_network()
    {
        _modem.At(2, state: "disabled");
        var facts = (await Make().FindAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(("disabled", false, "ready"), (facts.State, facts.IsRegistered, facts.Sim));
    }

    [Theory]
    [InlineData("quectel-eg25g-pi5-modem-info.json", "disabled", null, null, "867929068986654", "ready", false)]
    [InlineData("telit-le910c4-modem-info.json", "connected", "vodafone.de", "lte", "353338976168895", "ready", true)]
    public void The_recorded_answers_of_real_modems_are_read(
        string file, string state, string? network, string? technology, string imei, string sim, bool registered)
    {
        var facts = MmcliJson.Modem(Recorded(file), "/org/freedesktop/ModemManager1/Modem/14")!;
        Assert.Equal(
            (state, network, technology, imei, sim, registered), (facts.State, facts.Operator, facts.Technology, facts.Imei, facts.Sim, facts.IsRegistered));
        Assert.StartsWith("/sys/devices/", facts.Device, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recorded_signal_of_a_real_modem_is_read() =>
        Assert.Equal(new SignalFacts(-104, null, 2, IsPolled: true), MmcliJson.Signal(Recorded("telit-le910c4-signal-get.json")));

    [Fact]
    public void An_answer_without_the_usual_branches_is_read_all_the_same() => Assert.Equal("unknown", MmcliJson.Modem(Recorded("telit-le910c4-location-get.json"), "x")!.State);

    [Fact]
    public void Whatever_mmcli_prints_nothing_throws() => Gen.OneOf(
        Gen.String[Gen.Char, 0, 200],
        Gen.Int[0, s_odd.Length - 1].Select(i => s_odd[i]))
        .Sample(text =>
        {
            MmcliJson.Modem(text, "x");
            MmcliJson.Signal(text);
            MmcliJson.Sms(text, "x");
            MmcliJson.CreatedSms(text);
            foreach (var path in MmcliJson.Modems(text) ?? [])
                Assert.True(MmcliJson.IsModemPath(path));
        });

    [Theory]
    [InlineData("/org/freedesktop/ModemManager1/Modem/14", true)]
    [InlineData("/org/freedesktop/ModemManager1/Modem/", false)]
    [InlineData("/org/freedesktop/ModemManager1/Modem/1;reboot", false)]
    [InlineData("--reset", false)]
    [InlineData(null, false)]
    public void Only_a_true_path_goes_back_to_mmcli(string? path, bool taken) => Assert.Equal(taken, MmcliJson.IsModemPath(path));

    private Mmcli Make() => new(_modem.Options, _modem.Tools, _logs);

    private static string Recorded(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Call112.sln")))
            root = root.Parent;
        var path = Path.Combine(root?.FullName ?? ".", "..", "shared", "data", "mmcli", name);
        Assert.SkipUnless(File.Exists(path), $"the recorded answer is not here: ../shared/data/mmcli/{name}");
        return File.ReadAllText(path);
    }
}
