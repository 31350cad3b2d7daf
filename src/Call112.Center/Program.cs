using Call112.Center.Terminal;

// The composition root: the only place of this process that names the system's clock.
return await CenterCommands.RunAsync(args, TimeProvider.System);
