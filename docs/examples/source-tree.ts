import { Tree } from "../../providers/source/tree";
import { control1 } from "./machines";

// pip install http://<seed>/kolla-ansible/<tarball>, or git+http://<seed>/kolla-ansible/kolla-ansible.git@<commit>
new Tree("kolla-ansible", {
  host: control1,
  store: "/srv/content",
  name: "kolla-ansible",
  origin: {
    git: "https://git.example.org/openstack/kolla-ansible",
    commit: "0123456789abcdef0123456789abcdef01234567",
    history: true,
    python: { name: "kolla-ansible", version: "20.2.0" },
  },
});
