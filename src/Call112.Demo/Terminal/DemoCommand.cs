using System.CommandLine;
using System.Runtime.InteropServices;
using Call112.Center;
using Call112.Demo.Scenario;
using Spectre.Console;

namespace Call112.Demo.Terminal;

/// <summary>The command line of the demo.</summary>
internal sealed class DemoCommand
{
    private readonly TimeProvider _time;
    private readonly Option<bool> _keep = new("--keep") { Description = "Keep the city running after the scenario, with its panels; Ctrl+C ends it." };

    private DemoCommand(TimeProvider time)
    {
        _time = time;
        Root = new RootCommand("A city on this machine: broker, centre and 14 stations with simulated cabinets, over real MQTT.") { _keep };
        Root.SetAction(ActAsync);
    }

    private RootCommand Root { get; }

    public static Task<int> RunAsync(string[] args, TimeProvider time) => new DemoCommand(time).Root.Parse(args).InvokeAsync();

    private async Task<int> ActAsync(ParseResult parse, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await ScenarioRun.RunAsync(parse.GetValue(_keep), new Screen(AnsiConsole.Console), _time, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is CenterStartException or InvalidDataException or TimeoutException or IOException)
        {
            Console.Error.WriteLine($"call112-demo: {e.Message}");
            return ExitCodes.CannotStart;
        }
    }
}
