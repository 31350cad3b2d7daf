using System.Text.Json.Nodes;
using Call112.Endurance.Machine;
using Call112.Tests;

namespace Call112.Endurance.Soak;

/// <summary>One real gateway process with its journal on a card, and its panel as a page and a finger use it.</summary>
internal sealed class GatewayUnderTest : IDisposable
{
    public const string StationId = "pkm-gogagoman", Group = "puskesmas";

    private readonly Site _site;
    private readonly GatewayProcess _gateway;

    public GatewayUnderTest(Site site, string program, string journalFolder, int brokerPort)
    {
        (_site, Journal) = (site, Path.Combine(journalFolder, "journal.db"));
        var options = new JsonObject
        {
            ["station"] = new JsonObject { ["id"] = StationId, ["name"] = "Puskesmas Gogagoman", ["groups"] = new JsonArray(Group) },
            ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = $"mqtt://127.0.0.1:{brokerPort}" }),
            ["journal"] = new JsonObject { ["path"] = Journal },
        };
        _gateway = new GatewayProcess(site, program, options, $"127.0.0.1:{LoopbackPorts.Free()}");
    }

    public string Journal { get; }

    public int Id => _gateway.Id;

    public bool HasExited => _gateway.HasExited;

    public string Log => _gateway.Log;

    public Task StartAsync() => _gateway.StartAsync();

    public static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public Task PressAsync(string input) => _gateway.PressAsync(input);

    public Task SetAsync(string input, bool pressed) => _gateway.PostAsync($"/api/board/inputs/{input}", new JsonObject { ["pressed"] = pressed });

    public Task ActAsync(string action, Guid dispatch)
    {
        var outcome = action == "Complete" ? "Done" : null;
        return _gateway.PostAsync("/api/station/actions", new JsonObject { ["action"] = action, ["dispatchId"] = dispatch.ToString(), ["outcome"] = outcome });
    }

    /// <summary>The step of an open alert, or null when it is not on the list.</summary>
    public async Task<string?> StepAsync(Guid dispatch)
    {
        var station = await _gateway.StationAsync();
        foreach (var alert in station.GetProperty("alerts").EnumerateArray())
            if (alert.GetProperty("dispatchId").GetGuid() == dispatch)
                return alert.GetProperty("step").GetString();
        return null;
    }

    /// <summary>A page comes, reads its stream for a while, and goes without a goodbye.</summary>
    public async Task VisitAsync(TimeSpan stay)
    {
        using var page = new HttpClient { BaseAddress = _gateway.Panel.BaseAddress };
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

    public void Dispose() => _gateway.Dispose();
}
