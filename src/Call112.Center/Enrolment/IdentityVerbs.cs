using System.CommandLine;
using Call112.Center.Terminal;

namespace Call112.Center.Enrolment;

/// <summary><c>call112-center revoke</c>, <c>identities</c> and <c>authority</c>, and what they share with <c>enroll</c>.</summary>
internal static class IdentityVerbs
{
    /// <summary>A certificate that ends so soon is worth a look; stations say so in their state from then on, too.</summary>
    private static readonly TimeSpan s_endsSoon = TimeSpan.FromDays(30);

    public static Option<string> Folder() => new("--identities")
    {
        Description = $"Folder of the city's identities (or the variable {IdentityFolder.Variable}).",
        DefaultValueFactory = _ => IdentityFolder.Usual,
    };

    public static Command Revoke(TimeProvider time)
    {
        var name = new Argument<string>("STATION") { Description = $"Id of the station, or {AccessList.CenterName}." };
        var former = new Option<bool>("--former") { Description = "All its certificates but the newest: the box that was lost or replaced." };
        var folder = Folder();
        var command = new Command("revoke", "Take a station's certificates back.") { name, former, folder };
        command.SetAction(parse => Guard(() =>
        {
            using var enrolment = Enrolment.Open(parse.GetValue(folder)!, create: false, time);
            foreach (var certificate in enrolment.Revoke(parse.GetValue(name)!, parse.GetValue(former)))
                Console.Out.WriteLine($"{certificate.Name}: revoked, serial {certificate.Serial}");
            SayForBroker(enrolment);
            return CenterCommands.Done;
        }));
        return command;
    }

    /// <summary>Ends with 1 when something ends within 30 days, so that a timer can tell somebody.</summary>
    public static Command List(TimeProvider time)
    {
        var folder = Folder();
        var command = new Command("identities", "Who is enrolled, by which authority, until when.") { folder };
        command.SetAction(parse => Guard(() =>
        {
            using var enrolment = Enrolment.Open(parse.GetValue(folder)!, create: false, time);
            var soon = time.GetUtcNow() + s_endsSoon;
            var ending = 0;
            foreach (var authority in enrolment.Authorities.Trusted)
                Line(authority == enrolment.Authorities.Current ? "authority" : "former", authority.Name, authority.NotAfter, "");
            foreach (var holder in enrolment.Holders().OrderBy(holder => holder.Use).ThenBy(holder => holder.Name, StringComparer.Ordinal))
                Line(
                    holder.Use.ToString().ToLowerInvariant(), holder.Name, holder.NotAfter,
                    holder.Authority == enrolment.Authorities.Former?.Id ? "by the former authority" : "");
            return ending == 0 ? CenterCommands.Done : CenterCommands.Refused;

            void Line(string what, string name, DateTimeOffset until, string remark)
            {
                var isEnding = until < soon;
                ending += isEnding ? 1 : 0;
                Console.Out.WriteLine($"{what,-9} {name,-40} {until:yyyy-MM-dd}  {(isEnding ? "ENDS SOON " : "")}{remark}".TrimEnd());
            }
        }));
        return command;
    }

    public static Command Authority(TimeProvider time)
    {
        var command = new Command("authority", "Change the city's authority.");
        command.Subcommands.Add(Change("rotate", "A new authority signs; the present one stays trusted.", time, enrolment => enrolment.RotateAuthority()));
        command.Subcommands.Add(Change("retire", "The former authority is trusted no more.", time, enrolment => enrolment.RetireAuthority()));
        return command;
    }

    /// <summary>What has to be done at the broker's machine after every change.</summary>
    public static void SayForBroker(Enrolment enrolment) =>
        Console.Error.WriteLine($"call112-center: bring {enrolment.Folder.Broker}/* to the broker, and reload it (deploy-pi/README.md)");

    public static int Guard(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (EnrolmentException e)
        {
            return CenterCommands.Complain(e.Message, CenterCommands.Refused);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CenterCommands.Complain(e.Message, CenterCommands.CannotStart);
        }
    }

    private static Command Change(string verb, string description, TimeProvider time, Action<Enrolment> change)
    {
        var folder = Folder();
        var command = new Command(verb, description) { folder };
        command.SetAction(parse => Guard(() =>
        {
            using var enrolment = Enrolment.Open(parse.GetValue(folder)!, create: false, time);
            change(enrolment);
            Console.Out.WriteLine($"trusted: {string.Join(", ", enrolment.Authorities.Trusted.Select(authority => authority.Name))}");
            SayForBroker(enrolment);
            return CenterCommands.Done;
        }));
        return command;
    }
}
