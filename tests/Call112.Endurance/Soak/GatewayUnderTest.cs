using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Call112.Endurance.Machine;
using Call112.Endurance.Scale;
using Call112.Tests;

namespace Call112.Endurance.Soak;

/// <summary>One real gateway process with its journal on a card, and its panel as a page and a finger use it.</summary>
internal sealed class GatewayUnderTest : IDisposable
{
    public const string StationId = "pkm-gogagoman", Group = "puskesmas";

    private readonly Site _site;
    private readonly string _folder;
    private readonly string _program;
    private readonly HttpClient _panel;
    private Child? _process;

    public GatewayUnderTest(Site site, string program, string journalFolder, int brokerPort)
    {
        if (!File.Exists(program))
            throw new EnduranceException($"there is no {program}: dotnet publish src/Call112.Gateway -c Release -r linux-x64, or --gateway PATH");
        (_site, _program, _folder) = (site, program, site.NewFolder("gateway"));
        Journal = Path.Combine(journalFolder, "journal.db");
        var panel = LoopbackPorts.Free();
        _panel = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{panel}"), Timeout = TimeSpan.FromSeconds(30) };
        var options = new JsonObject
        {
            ["station"] = new JsonObject { ["id"] = StationId, ["name"] = "Puskesmas Gogagoman", ["groups"] = new JsonArray(Group) },
            ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = $"mqtt://127.0.0.1:{brokerPort}" }),
            ["journal"] = new JsonObject { ["path"] = Journal },
            ["panel"] = new JsonObject { ["listen"] = $"127.0.0.1:{panel}" },
        };
        File.WriteAllText(Path.Combine(_folder, "station.json"), options.ToJsonString());
    }

    public string Journal { get; }

    public int Id => _process!.Id;

    public bool HasExited => _process!.HasExited;

    public string Log => Path.Combine(_folder, "log");

    public async Task StartAsync()
    {
        var ready = Path.Combine(_folder, "ready.json");
        _process = Child.Start(Log, _program, "run", "--config", Path.Combine(_folder, "station.json"), "--ready-file", ready);
        await _site.UntilAsync(
            () => File.Exists(ready) || (_process.HasExited ? throw new EnduranceException($"the gateway ended:\n{_process.LogTail()}") : false),
            "the station is armed",
            TimeSpan.FromSeconds(60));
    }

    public static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public Task PressAsync(string input) => PostAsync($"/api/board/inputs/{input}/press", null);

    public Task SetAsync(string input, bool pressed) => PostAsync($"/api/board/inputs/{input}", new JsonObject { ["pressed"] = pressed });

    public Task ActAsync(string action, Guid dispatch)
    {
        var outcome = action == "Complete" ? "Done" : null;
        return PostAsync("/api/station/actions", new JsonObject { ["action"] = action, ["dispatchId"] = dispatch.ToString(), ["outcome"] = outcome });
    }

    /// <summary>The step of an open alert, or null when it is not on the list.</summary>
    public async Task<string?> StepAsync(Guid dispatch)
    {
        var station = await _panel.GetFromJsonAsync("/api/station", EnduranceJson.Default.JsonElement);
        foreach (var alert in station.GetProperty("alerts").EnumerateArray())
            if (alert.GetProperty("dispatchId").GetGuid() == dispatch)
                return alert.GetProperty("step").GetString();
        return null;
    }

    /// <summary>A page comes, reads its stream for a while, and goes without a goodbye.</summary>
    public async Task VisitAsync(TimeSpan stay)
    {
        using var page = new HttpClient { BaseAddress = _panel.BaseAddress };
        using var left = new CancellationTokenSource(stay, _site.Time);
        try
        {
            _ = await page.GetStringAsync("/", left.Token);
            await using var stream = await page.GetStreamAsync("/api/station/stream", left.Token);
            var buffer = new byte[8 * 1024];
            while (await stream.ReadAsync(buffer, left.Token) > 0)
            {
                // What it shows is its own business.
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _panel.Dispose();
    }

    private async Task PostAsync(string path, JsonObject? body)
    {
        using var content = body is null ? null : new StringContent(body.ToJsonString(), mediaType: new("application/json"));
        using var answer = await _panel.PostAsync(path, content);
        // A refusal is an answer too: the dispatch may have been cancelled a moment ago.
        if ((int)answer.StatusCode >= 500)
            throw new EnduranceException($"the panel answered {(int)answer.StatusCode} to {path}");
    }
}
