using System.CommandLine;
using System.CommandLine.Parsing;
using Call112.Center;
using Call112.Demo.Replay;
using Call112.Demo.Scenario;
using Spectre.Console;

namespace Call112.Demo.Terminal;

/// <summary>The command line of the demo.</summary>
internal sealed class DemoCommand
{
    /// <summary>Highest speed and rate that are taken: beyond them only the centre's own queue is tested.</summary>
    private const double SpeedMax = 1_000_000, RateMax = 2_000;

    /// <summary>How long 44 stations and their journals may take to stop after a signal.</summary>
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(20);

    private readonly TimeProvider _time;
    private readonly Option<bool> _keep = new("--keep") { Description = "Keep the city running after the scenario, with its panels; Ctrl+C ends it." };

    private readonly Option<string?> _replay = new("--replay") { Description = "Replay a dispatch file of San Francisco's \"Fire Department Calls for Service\" (CSV) instead." };
    private readonly Option<double?> _speed = new("--speed") { Description = $"With --replay: real seconds in one second; default {ReplayOptions.DefaultSpeed:0} (14 days in 3 minutes)." };
    private readonly Option<double?> _rate = new("--rate") { Description = "With --replay: alerts per second, instead of the scaled real times." };
    private readonly Option<int?> _count = new("--count") { Description = "With --replay: only the first so many alerts." };
    private readonly Option<string?> _broker = new("--broker") { Description = "With --replay: an outside broker, mqtt://host:port, instead of the embedded one." };
    private readonly Option<string?> _report = new("--report") { Description = "With --replay: write the report to this JSON file." };

    private DemoCommand(TimeProvider time)
    {
        _time = time;
        Root = new RootCommand("A city on this machine: broker, centre and 14 stations with simulated cabinets, over real MQTT.") { _keep, _replay, _speed, _rate, _count, _broker, _report };
        Root.Validators.Add(Validate);
        Root.SetAction(ActAsync);
    }

    private RootCommand Root { get; }

    public static async Task<int> RunAsync(string[] args, TimeProvider time)
    {
        var parse = new DemoCommand(time).Root.Parse(args);
        // SIGINT and SIGTERM cancel the action's token.
        var exit = await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = s_stopWithin });
        return parse.Errors.Count > 0 ? ExitCodes.CannotStart : exit;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_replay) is null)
        {
            foreach (Option option in (Option[])[_speed, _rate, _count, _broker, _report])
                if (result.GetResult(option) is not null)
                    result.AddError($"{option.Name} needs --replay");
            return;
        }

        if (result.GetResult(_keep) is not null)
            result.AddError("--keep is for the scenario; a replay ends by itself");
        if (result.GetValue(_speed) is { } speed && !(speed is > 0 and <= SpeedMax))
            result.AddError($"--speed must be above 0 and at most {SpeedMax}");
        if (result.GetValue(_rate) is { } rate && !(rate is > 0 and <= RateMax))
            result.AddError($"--rate must be above 0 and at most {RateMax} alerts per second");
        if (result.GetValue(_count) is < 1)
            result.AddError("--count must be at least 1");
        if (result.GetValue(_broker) is { } broker && !(Uri.TryCreate(broker, UriKind.Absolute, out var uri) && uri is { Scheme: "mqtt", Host.Length: > 0 }))
            result.AddError($"--broker must be mqtt://host:port, not '{broker}'");
    }

    private Task<int> StartAsync(ParseResult parse, CancellationToken cancel)
    {
        var screen = new Screen(AnsiConsole.Console);
        if (parse.GetValue(_replay) is not { } file)
            return ScenarioRun.RunAsync(parse.GetValue(_keep), screen, _time, cancel);
        var options = new ReplayOptions(
            file, parse.GetValue(_speed) ?? ReplayOptions.DefaultSpeed, parse.GetValue(_rate), parse.GetValue(_count),
            parse.GetValue(_broker) is { } broker ? new Uri(broker) : null, parse.GetValue(_report));
        return new ReplayRun(options, screen, _time).RunAsync(cancel);
    }

    private async Task<int> ActAsync(ParseResult parse, CancellationToken cancel)
    {
        try
        {
            return await StartAsync(parse, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is CenterStartException or InvalidDataException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"call112-demo: {e.Message}");
            return ExitCodes.CannotStart;
        }
    }
}
