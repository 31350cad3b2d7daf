using System.CommandLine;
using System.CommandLine.Invocation;
using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Gateway.Verbs;

/// <summary>
/// The verbs of <c>call112-gateway</c>. Exit codes: 0 well, 1 a check failed, 2 the options or the command line are wrong; <c>provision</c> has
/// its own (<see cref="Provisioning.ProvisioningResult"/>).
/// </summary>
internal static class CommandLine
{
    public const int Well = 0, Failed = 1, WrongOptions = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var config = new Option<string?>("--config", "-c") { Description = "station.json", HelpName = "FILE", Recursive = true };
        var readyFile = new Option<string?>("--ready-file") { Description = "written once the station is subscribed and armed", HelpName = "PATH" };
        var count = new Option<int>("--count", "-n") { Description = "how many entries", DefaultValueFactory = _ => 20, HelpName = "N" };

        var root = new RootCommand("Call112 gateway: makes a post hear the 112 call. Without a verb it runs.") { config, readyFile };
        root.SetAction((parsed, cancel) => ServeAsync(() => RunVerb.RunAsync(parsed.GetValue(config), parsed.GetValue(readyFile), cancel)));

        var run = new Command("run", "run the station (default)") { readyFile };
        run.SetAction((parsed, cancel) => ServeAsync(() => RunVerb.RunAsync(parsed.GetValue(config), parsed.GetValue(readyFile), cancel)));
        root.Add(run);

        var check = new Command("check-config", "check the options and print the effective ones");
        check.SetAction(parsed => CheckConfigVerb.Run(parsed.GetValue(config)));
        root.Add(check);

        var doctor = new Command("doctor", "check broker, clock, store, board and panel, with a remedy for each fault");
        doctor.SetAction((parsed, cancel) => DoctorVerb.RunAsync(parsed.GetValue(config), cancel));
        root.Add(doctor);

        var journal = new Command("journal", "show the last entries of the journal") { count };
        journal.SetAction(parsed => JournalVerb.Run(parsed.GetValue(config), parsed.GetValue(count)));
        root.Add(journal);

        root.Add(BoardCommand.Create());
        root.Add(ProvisioningCommands.Provision());
        root.Add(ProvisioningCommands.Problem());
        root.Add(AwaitCommand.Create(config));
        root.Add(CommissionCommand.Create(config));
        root.Add(FetchUpdateVerb.Create(config));

        var parsed = root.Parse(args);
        var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
        // The library ends with 1, which is a check that failed.
        return parsed.Action is ParseErrorAction ? WrongOptions : exit;
    }

    /// <summary>
    /// For what runs until it is asked to stop. System.CommandLine knows an action only once it has its task; a SIGTERM that came while the first lines
    /// of it still ran would end the process on the spot, as 143, and not in order.
    /// </summary>
    public static async Task<int> ServeAsync(Func<Task<int>> service)
    {
        await Task.Yield();
        return await service();
    }

    /// <summary>Reads the options, or says on standard error what is wrong with which field.</summary>
    public static GatewayOptions? Options(string? path)
    {
        var result = OptionsReader.Read(path, Environment.GetEnvironmentVariables());
        if (result.Options is null)
        {
            Console.Error.WriteLine($"The options are wrong{(path is null ? "; give them with --config FILE" : $" ({path})")}:");
            foreach (FieldError error in result.Errors)
                Console.Error.WriteLine($"  {error}");
        }

        return result.Options;
    }
}
