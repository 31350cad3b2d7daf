using System.CommandLine;
using System.Text.Json;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Panel;
using Call112.Gateway.Updates;
using Call112.Messages;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway await …</c>: what an update of the machine waits for. It asks the running station on its panel's address and changes nothing.
/// </summary>
internal static class AwaitCommand
{
    /// <summary>How often the station is asked.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <summary>A self-test that has not passed is asked for again after so long.</summary>
    private static readonly TimeSpan s_testsApart = TimeSpan.FromSeconds(30);

    public static Command Create(Option<string?> config) =>
        new("await", "wait for what an update needs: a station at rest, or one that has proved itself") { Rest(config), Proof(config), Reading(config) };

    private static Command Rest(Option<string?> config)
    {
        var within = Within(3600);
        var rest = new Command("rest", "until no alert is open") { within };
        rest.SetAction((parsed, cancel) => RestAsync(parsed.GetValue(config), parsed.GetValue(within), TimeProvider.System, cancel));
        return rest;
    }

    private static Command Proof(Option<string?> config)
    {
        var within = Within(600);
        var steady = new Option<int>("--steady")
        {
            Description = "for how long it must hold",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        var before = new Option<string?>("--before") { Description = "what 'await reading' printed before the update", HelpName = "FILE" };
        var proof = new Command("proof", "until the station reaches whom it reached before, without a new fault") { within, steady, before };
        proof.SetAction((parsed, cancel) => ProofAsync(
            parsed.GetValue(config), parsed.GetValue(within), parsed.GetValue(steady), parsed.GetValue(before), TimeProvider.System, cancel));
        return proof;
    }

    private static Command Reading(Option<string?> config)
    {
        var selfTest = new Option<bool>("--self-test") { Description = "behind a self-test: a lamp that is dead and dark shows only then" };
        var reading = new Command("reading", "print whom the station reaches, what is wrong, which alerts are open") { selfTest };
        reading.SetAction((parsed, cancel) => ReadingAsync(parsed.GetValue(config), parsed.GetValue(selfTest), TimeProvider.System, cancel));
        return reading;
    }

    internal static async Task<int> ReadingAsync(string? config, bool selfTest, TimeProvider time, CancellationToken cancel)
    {
        if (Http(config) is not { } http)
            return CommandLine.WrongOptions;
        using (http)
        {
            if (selfTest)
                await SelfTestAsync(http, new JournalTail(CommandLine.Options(config)!.JournalPath), time, cancel);
            if (await StationReading.OfAsync(http, cancel) is not { } read)
                return Refuse("the station does not answer on its panel's address");
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(read, ReadingJsonContext.Default.StationReading));
            return CommandLine.Well;
        }
    }

    /// <summary>Asks for a self-test and waits for its end. One that does not come is not waited for: the reading is then of what is known.</summary>
    private static async Task SelfTestAsync(HttpClient http, JournalTail journal, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        if (!journal.Mark() || !await StationReading.AskSelfTestAsync(http, cancel))
            return;
        while (time.GetElapsedTime(began) < s_testsApart && !journal.Next().Any(entry => IsSelfTest(entry.ReportOrNull)))
            await Task.Delay(s_every, time, cancel);
    }

    internal static async Task<int> RestAsync(string? config, int within, TimeProvider time, CancellationToken cancel)
    {
        if (Http(config) is not { } http)
            return CommandLine.WrongOptions;
        using (http)
        {
            var began = time.GetTimestamp();
            while (true)
            {
                var reading = await StationReading.OfAsync(http, cancel);
                if (reading is { Alerts.Count: 0 })
                    return CommandLine.Well;
                if (time.GetElapsedTime(began) >= TimeSpan.FromSeconds(within))
                    return Refuse(reading is null ? "the station does not answer on its panel's address" : $"{reading.Alerts.Count} alerts are open");
                await Task.Delay(s_every, time, cancel);
            }
        }
    }

    internal static async Task<int> ProofAsync(string? config, int within, int steady, string? before, TimeProvider time, CancellationToken cancel)
    {
        if (Http(config) is not { } http)
            return CommandLine.WrongOptions;
        using (http)
        {
            var proof = new Proof(await BeforeAsync(before, cancel), TimeSpan.FromSeconds(steady));
            var journal = new JournalTail(CommandLine.Options(config)!.JournalPath);
            var began = time.GetTimestamp();
            var (said, testedAt) = ("", (TimeSpan?)null);
            while (await StationReading.OfAsync(http, cancel) is var reading && !proof.Take(reading, time.GetElapsedTime(began)))
            {
                var now = time.GetElapsedTime(began);
                if (testedAt is not null && journal.Next().Select(entry => entry.ReportOrNull).LastOrDefault(IsSelfTest) is { } result)
                    proof.Tested(result);
                // Not while somebody is being called: the buzzer would say two things at once.
                else if (proof.AwaitsSelfTest && reading is { Alerts.Count: 0 } && (testedAt is null || now - testedAt >= s_testsApart) && journal.Mark()
                    && await StationReading.AskSelfTestAsync(http, cancel))
                    testedAt = now;
                var missing = string.Join("; ", proof.Missing);
                if (missing != said)
                    await Console.Out.WriteLineAsync(missing.Length == 0 ? $"all there; for {steady} s" : $"missing: {missing}");
                said = missing;
                if (proof.IsOver(TimeSpan.FromSeconds(within)))
                    return Refuse($"not proved within {within} s{(missing.Length == 0 ? "" : $": {missing}")}");
                await Task.Delay(s_every, time, cancel);
            }

            return CommandLine.Well;
        }
    }

    private static bool IsSelfTest(Report? report) => report?.Event is ReportEvent.SelfTestPassed or ReportEvent.SelfTestFailed;

    /// <summary>A file that is missing or torn asks for everything: the stricter way.</summary>
    private static async Task<StationReading?> BeforeAsync(string? file, CancellationToken cancel)
    {
        if (file is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, cancel), ReadingJsonContext.Default.StationReading);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            await Console.Error.WriteLineAsync($"{file}: {e.Message}; centre and a broker are asked for instead");
            return null;
        }
    }

    private static HttpClient? Http(string? config)
    {
        if (CommandLine.Options(config) is not { } options)
            return null;
        if (options.Panel is { Port: not 0 } panel)
            return PanelClient.Of(panel);
        Console.Error.WriteLine("panel.listen: is off, or a free port at each start; without a known address the station cannot be asked");
        return null;
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return CommandLine.Failed;
    }

    private static Option<int> Within(int seconds) =>
        new("--within") { Description = "for how long it may wait", HelpName = "SECONDS", DefaultValueFactory = _ => seconds };
}
